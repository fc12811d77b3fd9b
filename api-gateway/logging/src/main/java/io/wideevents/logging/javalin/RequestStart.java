package io.wideevents.logging.javalin;

import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.RequestIds;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;

/** Begins the events of requests, and registers the listeners for their end. */
final class RequestStart {
  static final String REQUEST_ID_HEADER = "X-Request-Id";

  /** Limit of a method's length. The longest registered method has 17 characters. */
  private static final int MAX_METHOD_LENGTH = 32;

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
    Optional<String> trace = RequestIds.traceId(request.getHeaders().get("traceparent"));
    String id =
        RequestIds.accepted(request.getHeaders().get(REQUEST_ID_HEADER))
            .or(() -> trace)
            .orElseGet(RequestIds::make);
    return logging.begin(id, trace.orElse(null)).set("http.method", method(request.getMethod()));
  }

  /** Cuts an unknown method, because it may be as long as the server's limit of a request line. */
  private static String method(String given) {
    return HttpMethod.fromString(given) != null || given.length() <= MAX_METHOD_LENGTH
        ? given
        : given.substring(0, MAX_METHOD_LENGTH);
  }
}
