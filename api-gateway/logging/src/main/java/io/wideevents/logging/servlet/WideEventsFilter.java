package io.wideevents.logging.servlet;

import io.wideevents.logging.Contained;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.RequestIds;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Logs one wide event for each request of a servlet application. In Spring Boot:
 *
 * <pre>{@code
 * @Bean(destroyMethod = "close")
 * WideEventsClient events() { return WideEventsClient.start("shop", System.getenv()); }
 *
 * @Bean
 * WideEventsFilter wideEvents(WideEventsClient events) { return new WideEventsFilter(events.logging()); }
 * }</pre>
 *
 * <p>While a request runs, {@link LoggingContext#current} is the request's context. The route is
 * Spring's path pattern ({@code GET /orders/{id}}), else the servlet's pattern, else {@code
 * unmatched}. The request id and the header {@code X-Request-Id} are as with the Javalin plugin.
 * The event has an error if the application set one, an exception left the application or was
 * handled by Spring, an asynchronous request timed out, writing the reply failed, or the status is
 * 500 or higher.
 *
 * <p>The event of a request is finalized when the filter chain returns, or when the asynchronous
 * request completes. A server that buffers the reply sends it after that, so a client that
 * disconnects then is not noticed. Register the filter first in the chain, with asynchronous
 * support. A failure in the filter does not affect the request. Safe for concurrent use.
 */
public final class WideEventsFilter implements Filter {
  private final LoggingService logging;
  private final Predicate<String> loggedPaths;
  private final Set<RequestState> open = ConcurrentHashMap.newKeySet();

  /** Logs all requests. */
  public WideEventsFilter(LoggingService logging) {
    this(logging, path -> true);
  }

  /**
   * Logs some requests.
   *
   * @param loggedPaths whether to log a request with this raw path; must not block
   */
  public WideEventsFilter(LoggingService logging, Predicate<String> loggedPaths) {
    this.logging = logging;
    this.loggedPaths = loggedPaths;
  }

  /**
   * The context of a request, usable on any thread. Does nothing when the request is not logged.
   */
  public static LoggingContext contextOf(ServletRequest request) {
    RequestState state = RequestState.of(request);
    return state == null ? LoggingContext.none() : state.context();
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse reply)) {
      chain.doFilter(request, response);
      return;
    }
    RequestState state = Contained.get(() -> RequestState.of(http));
    if (state != null) {
      // A forward, or a dispatch of an asynchronous request: the event has begun.
      run(state, request, response, chain);
      return;
    }
    RequestState begun = Contained.get(() -> begin(http, reply));
    if (begun == null) {
      chain.doFilter(request, response);
      return;
    }
    try {
      run(begun, new LoggedRequest(http, begun), new LoggedResponse(reply, begun), chain);
    } finally {
      Contained.run(begun::chainReturned);
    }
  }

  private @Nullable RequestState begin(HttpServletRequest request, HttpServletResponse response) {
    if (request.getDispatcherType() != DispatcherType.REQUEST
        || !loggedPaths.test(request.getRequestURI())) {
      return null;
    }
    LoggingContext context =
        logging.beginHttp(
            request.getMethod(),
            request.getHeader(RequestIds.HEADER),
            request.getHeader("traceparent"));
    response.setHeader(RequestIds.HEADER, context.requestId());
    return new RequestState(logging, context, request, response, open);
  }

  private static void run(
      RequestState state, ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    LoggingContext.Binding binding = Contained.get(state.context()::bind);
    DispatcherType type = request.getDispatcherType();
    try {
      chain.doFilter(request, response);
    } catch (Throwable e) {
      // The code that called a forward or an include may handle its exception.
      if (type != DispatcherType.FORWARD && type != DispatcherType.INCLUDE) {
        Contained.run(() -> state.threw(e));
      }
      throw e;
    } finally {
      Contained.run(state::readRoute);
      if (binding != null) {
        Contained.run(binding::close);
      }
    }
  }

  /** Ends the requests that are still open, because a stopping server does not report their end. */
  @Override
  public void destroy() {
    Set.copyOf(open).forEach(state -> Contained.run(state::serverStopped));
  }
}
