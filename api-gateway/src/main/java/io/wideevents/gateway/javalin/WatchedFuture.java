package io.wideevents.gateway.javalin;

import java.util.concurrent.CompletableFuture;

/**
 * Stands for the future of a handler, and notes its failure before Javalin continues with it.
 * Callbacks of one future have no order, hence a future of its own for Javalin. Completed as the
 * handler's is, on the same thread; cancels the handler's when Javalin cancels it.
 */
final class WatchedFuture extends CompletableFuture<Object> {
  private final CompletableFuture<?> future;

  WatchedFuture(CompletableFuture<?> future, RequestScope scope) {
    this.future = future;
    var unused =
        future.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                complete(value);
              } else {
                scope.failed(failure);
                completeExceptionally(failure);
              }
            });
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    return future.cancel(mayInterrupt);
  }
}
