package io.wideevents.logging.javalin;

import io.javalin.http.Context;
import io.wideevents.logging.Contained;
import io.wideevents.logging.LoggingContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wraps the future of a handler, and records its failure before Javalin continues with it. A
 * separate future is necessary, because the callbacks of one future have no defined order. It
 * completes like the handler's future, on the same thread. When Javalin cancels it, it cancels the
 * handler's future.
 *
 * <p>Javalin continues with the request on the thread that completes the future. That thread may be
 * bound to another request, so the request's own context is bound to it meanwhile.
 */
final class WatchedFuture extends CompletableFuture<Object> {
  private final CompletableFuture<?> future;
  private final JavalinInternals internals;
  private final Context ctx;
  private final RequestScope scope;

  private WatchedFuture(
      CompletableFuture<?> future, JavalinInternals internals, Context ctx, RequestScope scope) {
    this.future = future;
    this.internals = internals;
    this.ctx = ctx;
    this.scope = scope;
    var unused = future.whenComplete(this::end);
  }

  /** Watches the future that the application has passed to {@link Context#future}, if any. */
  static void watch(JavalinInternals internals, Context ctx, RequestScope scope) {
    Contained.run(
        () -> internals.watchFuture(ctx, given -> new Watched(given, internals, ctx, scope)));
  }

  private void end(@Nullable Object value, @Nullable Throwable failure) {
    LoggingContext.Binding binding = Contained.get(scope.context()::bind);
    try {
      if (failure == null) {
        // A callback of this future may have passed another future.
        watch(internals, ctx, scope);
        complete(value);
      } else {
        scope.failed(failure);
        completeExceptionally(failure);
      }
    } finally {
      if (binding != null) {
        Contained.run(binding::close);
      }
    }
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    return future.cancel(mayInterrupt);
  }

  private record Watched(
      Supplier<? extends @Nullable CompletableFuture<?>> given,
      JavalinInternals internals,
      Context ctx,
      RequestScope scope)
      implements Supplier<@Nullable CompletableFuture<?>> {
    @Override
    public @Nullable CompletableFuture<?> get() {
      CompletableFuture<?> future = supplied();
      CompletableFuture<?> watched =
          future == null
              ? null
              : Contained.get(() -> new WatchedFuture(future, internals, ctx, scope));
      return watched == null ? future : watched;
    }

    private @Nullable CompletableFuture<?> supplied() {
      try {
        return given.get();
      } catch (Throwable e) {
        scope.failed(e);
        throw e;
      }
    }
  }
}
