package io.wideevents.gateway.javalin;

import io.javalin.config.JavalinState;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.http.servlet.JavalinServletContext;
import io.javalin.http.servlet.SubmitOrder;
import io.javalin.http.servlet.Task;
import io.javalin.plugin.Plugin;
import io.javalin.router.Endpoint;
import io.javalin.router.ParsedEndpoint;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.function.Predicate;
import kotlin.Unit;
import org.eclipse.jetty.ee10.servlet.FilterHolder;

/**
 * Leaves one wide event for each request of a Javalin application.
 *
 * <pre>{@code
 * WideEvents events = WideEvents.start("shop", System.getenv());
 * Javalin.create(config -> config.registerPlugin(new WideEventsPlugin(events.logging())));
 * }</pre>
 *
 * <p>While a request runs, {@link LoggingContext#current} is its event. The route is the template
 * ({@code GET /orders/{id}}), never the path itself; {@code unmatched} when there is none. The
 * request id is the caller's {@code X-Request-Id} if it is a plain one, else the trace id of {@code
 * traceparent}, else made, and it is echoed. An exception, whatever the application answers it
 * with, a timeout, and a client that went away are the event's error unless a handler set one; so
 * is a status of 500 or more.
 *
 * <p>The event is finalized when the server has sent the last byte, or knows that it never will -
 * or, if the logging service waits for its events, just before the first.
 */
public final class WideEventsPlugin extends Plugin<Void> {
  private final LoggingService logging;
  private final Predicate<String> loggedPaths;

  /** Logs every request. */
  public WideEventsPlugin(LoggingService logging) {
    this(logging, path -> true);
  }

  /**
   * Logs some requests.
   *
   * @param loggedPaths whether a request of this raw path is logged; must not block
   */
  public WideEventsPlugin(LoggingService logging, Predicate<String> loggedPaths) {
    this.logging = logging;
    this.loggedPaths = loggedPaths;
  }

  /**
   * The event of a request, on any thread: what {@link LoggingContext#current} is on the request's
   * own; one that does nothing when the request is not logged.
   */
  public static LoggingContext contextOf(Context ctx) {
    RequestScope scope = RequestScope.of(ctx.req());
    return scope == null ? LoggingContext.none() : scope.context();
  }

  @Override
  public void onInitialize(JavalinState state) {
    FilterHolder filter = new FilterHolder(new RequestFilter(logging, loggedPaths));
    filter.setAsyncSupported(true);
    state.jetty.modifyServletContextHandler(
        handler -> handler.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST)));
    // Javalin tells which endpoint matches only where somebody asks before the endpoint itself.
    state.routes.beforeMatched(ctx -> contextOf(ctx).route(route(state, ctx)));
  }

  /** After the application has configured everything: what is added here comes last. */
  @Override
  public void onStart(JavalinState state) {
    state.internalRouter = new RecordingRouter(state);
    state.servletRequestLifecycle.add(
        (submit, servlet, ctx, requestUri) -> {
          Task last =
              new Task(
                  false,
                  () -> {
                    conclude(state, ctx);
                    return Unit.INSTANCE;
                  });
          submit.invoke(SubmitOrder.LAST, last);
        });
  }

  /** The handlers are done, nothing is sent yet. */
  private void conclude(JavalinState state, JavalinServletContext ctx) {
    RequestScope scope = RequestScope.of(ctx.req());
    if (scope == null) {
      return;
    }
    int status = ctx.statusCode();
    scope.context().route(route(state, ctx)).set("http.status", status);
    if (status >= HttpStatus.INTERNAL_SERVER_ERROR.getCode()) {
      scope.failedWith(status, HttpStatus.forStatus(status).getMessage());
    }
    if (logging.waits()) {
      logging.complete(scope.context(), scope.ending());
    }
  }

  private static String route(JavalinState state, Context ctx) {
    Endpoint matched = ctx.endpoints().matchedHttpEndpoint();
    if (matched == null && ctx.method().equals(HandlerType.HEAD)) {
      // Javalin answers HEAD where there is a GET, without running it.
      ParsedEndpoint get =
          state.internalRouter.findFirstHttpHandlerEntry(
              HandlerType.GET, ctx.path().substring(ctx.contextPath().length()));
      matched = get == null ? null : get.endpoint;
    }
    return matched == null ? "unmatched" : ctx.method().name() + " " + matched.path;
  }
}
