package io.wideevents.logging.jdkhttp;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.wideevents.logging.Contained;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.RequestIds;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Logs one wide event for each request of a context of the JDK's HTTP server.
 *
 * <pre>{@code
 * HttpContext context = server.createContext("/orders", handler);
 * context.getFilters().add(0, new WideEventsHttpFilter(events.logging()));
 * }</pre>
 *
 * <p>While the handler runs, {@link LoggingContext#current} is the request's context. The route is
 * the path of the context, with the method. The request id and the header {@code X-Request-Id} are
 * as with the Javalin plugin. The event is finalized when the exchange or its response body is
 * closed, on any thread, or when the handler throws. An exchange over HTTPS ends when its handler
 * returns. A failure in the filter does not affect the request. Safe for concurrent use.
 */
public final class WideEventsHttpFilter extends Filter {
  private final LoggingService logging;

  /** Logs all requests of the contexts that have this filter. */
  public WideEventsHttpFilter(LoggingService logging) {
    this.logging = logging;
  }

  @Override
  public String description() {
    return "logs one wide event for each request";
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    LoggedExchange logged = Contained.get(() -> begin(exchange));
    if (logged == null) {
      chain.doFilter(exchange);
      return;
    }
    // A handler for HTTPS may cast its exchange.
    boolean isWrapped = !(exchange instanceof HttpsExchange);
    LoggingContext.@Nullable Binding binding = Contained.get(logged.context()::bind);
    try {
      chain.doFilter(isWrapped ? logged : exchange);
      if (!isWrapped) {
        logged.ended();
      }
    } catch (Throwable e) {
      logged.threw(e);
      throw e;
    } finally {
      if (binding != null) {
        Contained.run(binding::close);
      }
    }
  }

  private LoggedExchange begin(HttpExchange exchange) {
    LoggingContext context =
        logging.beginHttp(
            exchange.getRequestMethod(),
            exchange.getRequestHeaders().getFirst(RequestIds.HEADER),
            exchange.getRequestHeaders().getFirst("traceparent"));
    context.route(exchange.getRequestMethod() + " " + exchange.getHttpContext().getPath());
    exchange.getResponseHeaders().set(RequestIds.HEADER, context.requestId());
    return new LoggedExchange(exchange, logging, context);
  }
}
