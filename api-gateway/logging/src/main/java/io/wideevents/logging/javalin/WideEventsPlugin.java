package io.wideevents.logging.javalin;

import io.javalin.config.JavalinState;
import io.javalin.http.Context;
import io.javalin.plugin.Plugin;
import io.javalin.plugin.PluginPriority;
import io.wideevents.logging.Contained;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.FilterMapping;
import org.eclipse.jetty.ee10.servlet.ServletHandler;

/**
 * Logs one wide event for each request of a Javalin application.
 *
 * <pre>{@code
 * WideEvents events = WideEvents.start("shop", System.getenv());
 * Javalin.create(config -> config.registerPlugin(new WideEventsPlugin(events.logging())));
 * }</pre>
 *
 * <p>While a request runs, {@link LoggingContext#current} is the request's context. The route is
 * the path template ({@code GET /orders/{id}}), never the path itself; {@code unmatched} when there
 * is none. The request id is the {@code X-Request-Id} header if it has a safe form, else the trace
 * id of {@code traceparent}, else generated. The response returns it in {@code X-Request-Id}. The
 * event has an error if a handler set one, a handler threw an exception (whatever the application
 * maps it to), the request timed out, the client closed the connection, or the status is 500 or
 * higher. An error that a handler set takes precedence, except over a timeout.
 *
 * <p>The event is finalized when the server has sent the last byte, or knows that it will never
 * send it. If the logging service waits for its events, the event is finalized just before the
 * first byte of the reply. What happens afterwards is not in the event.
 */
public final class WideEventsPlugin extends Plugin<Void> {
  private final LoggingService logging;
  private final Predicate<String> loggedPaths;
  private final JavalinInternals internals;

  /** Logs all requests. */
  public WideEventsPlugin(LoggingService logging) {
    this(logging, path -> true);
  }

  /**
   * Logs some requests.
   *
   * @param loggedPaths whether to log a request with this raw path; must not block
   */
  public WideEventsPlugin(LoggingService logging, Predicate<String> loggedPaths) {
    this(logging, loggedPaths, new JavalinInternals());
  }

  WideEventsPlugin(
      LoggingService logging, Predicate<String> loggedPaths, JavalinInternals internals) {
    this.logging = logging;
    this.loggedPaths = loggedPaths;
    this.internals = internals;
  }

  /**
   * The context of a request, usable on any thread. Does nothing when the request is not logged.
   */
  public static LoggingContext contextOf(Context ctx) {
    RequestScope scope = RequestScope.of(ctx.req());
    return scope == null ? LoggingContext.none() : scope.context();
  }

  @Override
  public void onInitialize(JavalinState state) {
    OpenRequests open = new OpenRequests();
    RequestStart start = new RequestStart(logging, loggedPaths, open);
    FilterHolder filter =
        new FilterHolder(new RequestFilter(start, new RouteFinder(state, internals)));
    filter.setName(RequestFilter.class.getName());
    filter.setAsyncSupported(true);
    FilterMapping everything = new FilterMapping();
    everything.setFilterName(filter.getName());
    everything.setPathSpec("/*");
    everything.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
    state.jetty.modifyServer(
        server -> {
          server.addEventListener(open);
          server.insertHandler(new UnhandledRequests(start));
        });
    state.jetty.modifyServletContextHandler(
        handler -> {
          ServletHandler servlets = handler.getServletHandler();
          servlets.addFilter(filter);
          // First in the chain, because the application's own filters may answer a request.
          servlets.prependFilterMapping(everything);
        });
  }

  /** Runs after the application's configuration, so that the application's own wrapper is kept. */
  @Override
  public void onStart(JavalinState state) {
    Contained.run(
        () ->
            state.router.handlerWrapper(
                new NotingWrapper(internals.handlerWrapper(state.router), internals)));
  }

  /** Starts late, which is possible because the plugin adds no handler. */
  @Override
  public PluginPriority priority() {
    return PluginPriority.LATE;
  }
}
