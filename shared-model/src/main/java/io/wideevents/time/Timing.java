package io.wideevents.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * The clocks, timeouts, executors and random jitter of the delivery chain. The composition passes
 * one instance to each part. A simulation passes a virtual instance and runs the whole chain on a
 * single thread.
 *
 * <p>Safe for concurrent use.
 */
public interface Timing {
  /** The clocks and threads of this process. */
  static Timing system() {
    return SystemTiming.INSTANCE;
  }

  /** Monotonic, like {@link System#nanoTime}: for durations and deadlines. */
  LongSupplier nanoClock();

  /** For times that people read. The clock may jump, so it must not be used for scheduling. */
  InstantSource wallClock();

  /**
   * Runs an action after a delay, unless the future is complete by then. The action may run some
   * milliseconds late. The thread of the action is shared. Neither the action nor the dependents of
   * a future that the action completes may block that thread.
   */
  void onTimeout(CompletableFuture<?> future, Duration delay, Runnable action);

  /**
   * Completes a future with a value after a delay, under the rules of {@link #onTimeout}.
   *
   * @return the same future
   */
  default <T> CompletableFuture<T> completeOnTimeout(
      CompletableFuture<T> future, T value, Duration delay) {
    onTimeout(future, delay, () -> future.complete(value));
    return future;
  }

  /**
   * Creates an executor, which the caller shuts down. Its threads are daemons and start with the
   * first task. After a shutdown it rejects tasks with {@link
   * java.util.concurrent.RejectedExecutionException} and drops delayed tasks.
   *
   * @param name the name of the thread; several threads get a number after the name
   */
  ScheduledExecutorService executor(String name, int threads);

  /** The pause, randomly shortened or lengthened by up to half. */
  Duration jittered(Duration pause);
}
