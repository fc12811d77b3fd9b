package io.wideevents.logging.javalin;

import io.javalin.config.JavalinState;
import io.javalin.config.RouterConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.servlet.JavalinServletContext;
import io.javalin.router.HandlerWrapper;
import io.javalin.router.ParsedEndpoint;
import io.javalin.websocket.WsHandlerEntry;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The only class that uses internals of Javalin: Javalin 7.2 has no public API for these
 * operations. Callers catch every {@link Throwable}, so with a Javalin whose internals have changed
 * the application is unaffected and its events contain less. Not final, because a test subclass
 * simulates such a Javalin.
 */
class JavalinInternals {
  /**
   * The application's own handler wrapper; null when it has none. Javalin has a public setter only.
   */
  @Nullable HandlerWrapper handlerWrapper(RouterConfig router) {
    return router.getHandlerWrapper$javalin();
  }

  /**
   * The path template of the handler for a request; null when there is none. Javalin's public event
   * reports only the handlers that are added after the listener.
   */
  @Nullable String httpRoute(JavalinState state, HandlerType method, String path) {
    ParsedEndpoint found = state.internalRouter.findFirstHttpHandlerEntry(method, path);
    return found == null ? null : found.endpoint.path;
  }

  /** The path template of the WebSocket handler for an upgrade; null when there is none. */
  @Nullable String socketRoute(JavalinState state, String path) {
    WsHandlerEntry found = state.wsRouter.getWsPathMatcher().findEndpointHandlerEntry(path);
    return found == null ? null : found.getPath();
  }

  /**
   * Replaces the supplier that the application has passed to {@link Context#future}, if any. A
   * failure of the supplier, or of its future, cannot be observed in another way.
   *
   * @param watch returns a supplier that completes like the given one
   */
  void watchFuture(
      Context ctx, UnaryOperator<Supplier<? extends @Nullable CompletableFuture<?>>> watch) {
    if (ctx instanceof JavalinServletContext context) {
      Supplier<? extends CompletableFuture<?>> given = context.getUserFutureSupplier$javalin();
      if (given != null) {
        context.setUserFutureSupplier$javalin(watch.apply(given));
      }
    }
  }
}
