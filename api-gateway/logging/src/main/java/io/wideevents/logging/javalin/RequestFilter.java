package io.wideevents.logging.javalin;

import io.wideevents.logging.Contained;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.RequestIds;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/**
 * The outermost filter: binds the request's context to the thread and always unbinds it, and wraps
 * request and response to observe them.
 */
final class RequestFilter implements Filter {
  private final RequestStart start;
  private final RouteFinder routes;

  RequestFilter(RequestStart start, RouteFinder routes) {
    this.start = start;
    this.routes = routes;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    RequestScope scope =
        request instanceof HttpServletRequest http && response instanceof HttpServletResponse reply
            ? Contained.get(() -> start.isLogged(http.getRequestURI()) ? begin(http, reply) : null)
            : null;
    if (scope == null) {
      chain.doFilter(request, response);
    } else {
      log(scope, (HttpServletRequest) request, (HttpServletResponse) response, chain);
    }
  }

  private RequestScope begin(HttpServletRequest request, HttpServletResponse response) {
    RequestScope scope =
        start.begin(ServletContextRequest.getServletContextRequest(request), routes.of(request));
    scope.attachTo(request);
    response.setHeader(RequestIds.HEADER, scope.context().requestId());
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
      chain.doFilter(
          new TimeoutRecordingRequest(request, scope),
          new FailureRecordingResponse(response, scope));
    } catch (Throwable e) {
      scope.failed(e);
      throw e;
    } finally {
      if (binding != null) {
        Contained.run(binding::close);
      }
    }
  }
}
