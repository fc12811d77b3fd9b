package io.wideevents.logging.javalin;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.router.Endpoint;
import io.javalin.router.HandlerWrapper;
import io.wideevents.logging.Contained;
import io.wideevents.logging.LoggingContext;
import org.jspecify.annotations.Nullable;

/**
 * Records what the application's handlers and their futures throw, and rethrows it unchanged.
 *
 * @param own the application's own wrapper; null when it has none
 */
record NotingWrapper(@Nullable HandlerWrapper own, JavalinInternals internals)
    implements HandlerWrapper {
  @Override
  public Handler wrap(Endpoint endpoint) {
    Handler handler = own == null ? endpoint.handler : own.wrap(endpoint);
    return ctx -> handle(endpoint, handler, ctx);
  }

  private void handle(Endpoint endpoint, Handler handler, Context ctx) throws Exception {
    RequestScope scope = Contained.get(() -> RequestScope.of(ctx.req()));
    if (scope == null) {
      handler.handle(ctx);
      return;
    }
    // After a future or a timeout, handlers run on a thread that may be bound to another request.
    LoggingContext.Binding binding = Contained.get(scope.context()::bind);
    Contained.run(() -> scope.handlerBegins(endpoint));
    try {
      handler.handle(ctx);
      WatchedFuture.watch(internals, ctx, scope);
    } catch (Throwable e) {
      scope.failed(e);
      throw e;
    } finally {
      scope.handlerEnds();
      if (binding != null) {
        Contained.run(binding::close);
      }
    }
  }
}
