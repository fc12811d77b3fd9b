package io.wideevents.logging.javalin;

import io.javalin.config.JavalinState;
import io.javalin.http.Context;
import io.javalin.plugin.Plugin;
import io.javalin.plugin.PluginPriority;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.FilterMapping;
import org.eclipse.jetty.ee10.servlet.ServletHandler;

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
 * <p>The event is finalized when the server has sent the last byte, or knows that it never will. If
 * the logging service waits for its events, the event is finalized just before the first byte of
 * the reply, whatever writes that byte; what happens afterwards is not in the event.
 */
public final class WideEventsPlugin extends Plugin<Void> {
  private final LoggingService logging;
  private final Predicate<String> loggedPaths;
  private final JavalinInternals internals;

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
    this(logging, loggedPaths, new JavalinInternals());
  }

  WideEventsPlugin(
      LoggingService logging, Predicate<String> loggedPaths, JavalinInternals internals) {
    this.logging = logging;
    this.loggedPaths = loggedPaths;
    this.internals = internals;
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
          // Before the application's own filters, which may answer themselves.
          servlets.prependFilterMapping(everything);
        });
  }

  /** After the application has configured everything, so that its own wrapper is kept. */
  @Override
  public void onStart(JavalinState state) {
    Contained.run(
        () ->
            state.router.handlerWrapper(
                new NotingWrapper(internals.handlerWrapper(state.router), internals)));
  }

  /** The plugin adds no handler, so it may be the last to start. */
  @Override
  public PluginPriority priority() {
    return PluginPriority.LATE;
  }
}
