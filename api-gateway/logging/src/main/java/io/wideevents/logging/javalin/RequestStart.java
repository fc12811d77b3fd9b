package io.wideevents.logging.javalin;

import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.RequestIds;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;

/** Begins the events of requests, and registers the listeners for their end. */
final class RequestStart {
  private final LoggingService logging;
  private final Predicate<String> loggedPaths;
  private final OpenRequests open;

  RequestStart(LoggingService logging, Predicate<String> loggedPaths, OpenRequests open) {
    this.logging = logging;
    this.loggedPaths = loggedPaths;
    this.open = open;
  }

  boolean isLogged(String path) {
    return loggedPaths.test(path);
  }

  /**
   * Begins the event of a request whose reply has not begun.
   *
   * @param route finds the route of a request for which no HTTP handler ran
   */
  RequestScope begin(Request request, Supplier<String> route) {
    Server server = request.getConnectionMetaData().getConnector().getServer();
    RequestScope scope =
        new RequestScope(logging, context(request), route, () -> !server.isRunning());
    request.addHttpStreamWrapper(stream -> new ReplyStream(stream, scope));
    Request.addCompletionListener(
        request,
        failure -> {
          open.remove(scope);
          scope.ended(failure);
        });
    open.add(scope);
    return scope;
  }

  private LoggingContext context(Request request) {
    return logging.beginHttp(
        request.getMethod(),
        request.getHeaders().get(RequestIds.HEADER),
        request.getHeaders().get("traceparent"));
  }
}
