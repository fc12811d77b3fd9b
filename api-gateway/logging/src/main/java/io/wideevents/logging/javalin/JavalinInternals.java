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
 * The only class that uses what Javalin does not publish, for the three facts that Javalin 7.2 has
 * no public hook for. It replaces nothing. Callers contain every {@link Throwable}: with a Javalin
 * that has changed here, the application is unaffected and its events say less. Not final: a test
 * stands for such a Javalin.
 */
class JavalinInternals {
  /**
   * The application's own handler wrapper, which has a public setter only; null when it has none.
   */
  @Nullable HandlerWrapper handlerWrapper(RouterConfig router) {
    return router.getHandlerWrapper$javalin();
  }

  /**
   * The path of the handler that a request is for; null when there is none. Javalin announces only
   * the handlers that are added after the listener.
   */
  @Nullable String httpRoute(JavalinState state, HandlerType method, String path) {
    ParsedEndpoint found = state.internalRouter.findFirstHttpHandlerEntry(method, path);
    return found == null ? null : found.endpoint.path;
  }

  /** The path of the socket that an upgrade is for; null when there is none. */
  @Nullable String socketRoute(JavalinState state, String path) {
    WsHandlerEntry found = state.wsRouter.getWsPathMatcher().findEndpointHandlerEntry(path);
    return found == null ? null : found.getPath();
  }

  /**
   * Exchanges the supplier that the application has given to {@link Context#future}, if it has
   * given one. The failure of the supplier, or of its future, is visible nowhere else.
   *
   * @param watch makes a supplier that ends as the given one does
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
