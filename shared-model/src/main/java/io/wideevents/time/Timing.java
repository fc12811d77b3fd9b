package io.wideevents.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * All that the delivery chain knows of time and threads: clocks, timeouts, executors and the
 * randomness of its pauses. The composition passes one to each part. A simulation passes a virtual
 * one and runs the whole chain on a single thread.
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

  /** For times that people read. It may jump: nothing is scheduled by it. */
  InstantSource wallClock();

  /**
   * Completes a future after a delay, unless it is complete by then. The thread that does so is
   * shared with others: dependents must only hand the value on.
   *
   * @return the same future
   */
  <T> CompletableFuture<T> completeOnTimeout(CompletableFuture<T> future, T value, Duration delay);

  /**
   * Makes an executor, which the caller shuts down. Its threads are daemons and start with the
   * first task. Once shut down it rejects tasks with {@link
   * java.util.concurrent.RejectedExecutionException} and drops delayed ones.
   *
   * @param name of its one thread; several threads have a number after it
   */
  ScheduledExecutorService executor(String name, int threads);

  /** The pause, made shorter or longer by up to half at random. */
  Duration jittered(Duration pause);
}
