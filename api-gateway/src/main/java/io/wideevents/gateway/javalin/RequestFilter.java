package io.wideevents.gateway.javalin;

import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.RequestIds;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;

/**
 * Stands around everything Javalin does for a request: what is bound to the thread is taken off it
 * again whatever happens, and the server itself reports when the response begins, when it is out,
 * and that it never will be.
 */
final class RequestFilter implements Filter {
  static final String REQUEST_ID_HEADER = "X-Request-Id";

  private final LoggingService logging;
  private final Predicate<String> loggedPaths;
  private final RouteFinder routes;
  private final OpenRequests open;

  RequestFilter(
      LoggingService logging,
      Predicate<String> loggedPaths,
      RouteFinder routes,
      OpenRequests open) {
    this.open = open;
    this.logging = logging;
    this.loggedPaths = loggedPaths;
    this.routes = routes;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    RequestScope scope =
        request instanceof HttpServletRequest http && response instanceof HttpServletResponse reply
            ? Contained.get(() -> isLogged(http) ? begin(http, reply) : null)
            : null;
    if (scope == null) {
      chain.doFilter(request, response);
    } else {
      log(scope, (HttpServletRequest) request, (HttpServletResponse) response, chain);
    }
  }

  private boolean isLogged(HttpServletRequest request) {
    return loggedPaths.test(request.getRequestURI());
  }

  private RequestScope begin(HttpServletRequest request, HttpServletResponse response) {
    Request jettys = ServletContextRequest.getServletContextRequest(request);
    Server server = jettys.getConnectionMetaData().getConnector().getServer();
    LoggingContext context = begin(request);
    RequestScope scope =
        new RequestScope(
            logging,
            context,
            routes.of(request),
            RouteFinder.isUpgrade(request),
            () -> !server.isRunning());
    jettys.addHttpStreamWrapper(stream -> new ReplyStream(stream, scope));
    Request.addCompletionListener(
        jettys,
        failure -> {
          open.remove(scope);
          scope.ended(failure);
        });
    open.add(scope);
    scope.attachTo(request);
    response.setHeader(REQUEST_ID_HEADER, context.requestId());
    return scope;
  }

  private static void log(
      RequestScope scope,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    LoggingContext.Binding binding = Contained.get(scope.context()::bind);
    try {
      chain.doFilter(new LoggedRequest(request, scope), new LoggedResponse(response, scope));
    } catch (Throwable e) {
      scope.failed(e);
      throw e;
    } finally {
      if (binding != null) {
        Contained.run(binding::close);
      }
    }
  }

  private LoggingContext begin(HttpServletRequest request) {
    Optional<String> trace = RequestIds.traceId(request.getHeader("traceparent"));
    String id =
        RequestIds.accepted(request.getHeader(REQUEST_ID_HEADER))
            .or(() -> trace)
            .orElseGet(RequestIds::make);
    return logging.begin(id, trace.orElse(null)).set("http.method", request.getMethod());
  }
}
