package io.wideevents.logging.javalin;

import io.javalin.http.Context;
import io.wideevents.logging.LoggingContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands for the future of a handler, and notes its failure before Javalin continues with it.
 * Callbacks of one future have no order, hence a future of its own for Javalin. Completed as the
 * handler's is, on the same thread; cancels the handler's when Javalin cancels it.
 *
 * <p>Javalin continues with the request on the thread that completes the future. That thread may
 * work for another request, so the request's own context is bound to it meanwhile.
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

  /** Watches the future that the application has given to {@link Context#future}, if any. */
  static void watch(JavalinInternals internals, Context ctx, RequestScope scope) {
    Contained.run(
        () -> internals.watchFuture(ctx, given -> new Watched(given, internals, ctx, scope)));
  }

  private void end(@Nullable Object value, @Nullable Throwable failure) {
    LoggingContext.Binding binding = Contained.get(scope.context()::bind);
    try {
      if (failure == null) {
        // A callback of this future may have given another one.
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
