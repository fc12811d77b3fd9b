package io.wideevents.time;

import java.time.Duration;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Runs an action for each future that is not complete by its deadline. One sweep per step looks at
 * all pending futures. Most futures complete long before their deadline, and a timer for each
 * future would cost more than the work that it limits. An action runs at most one step after the
 * deadline, unless earlier actions take longer. While no future is pending, no sweep runs.
 *
 * <p>Safe for concurrent use; does not block.
 */
final class DeadlineSweep {
  static final Duration STEP = Duration.ofMillis(20);

  private final LongSupplier nanoClock;
  private final Executor afterStep;
  private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private record Pending(CompletableFuture<?> future, long dueNanos, Runnable action) {
    void run() {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        // The caller waits for the future, and the other futures wait for this sweep.
        future.completeExceptionally(e);
      }
    }
  }

  /** Sweeps on the thread of the JDK that also runs the timeouts of futures. */
  DeadlineSweep() {
    this(
        System::nanoTime,
        CompletableFuture.delayedExecutor(
            STEP.toNanos(), TimeUnit.NANOSECONDS, /* executor= */ Runnable::run));
  }

  /**
   * @param afterStep runs a task after one step
   */
  DeadlineSweep(LongSupplier nanoClock, Executor afterStep) {
    this.nanoClock = nanoClock;
    this.afterStep = afterStep;
  }

  void add(CompletableFuture<?> future, Duration delay, Runnable action) {
    if (!future.isDone()) {
      pending.add(new Pending(future, nanoClock.getAsLong() + delay.toNanos(), action));
      scheduleSweep();
    }
  }

  private void scheduleSweep() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        afterStep.execute(this::sweep);
      } catch (RuntimeException | Error e) {
        scheduled.set(false);
        throw e;
      }
    }
  }

  private void sweep() {
    try {
      runDue();
    } finally {
      // Also after an Error, for example if there is no memory to fail a future. Otherwise no sweep
      // would run any more. Cleared before the check, so that a future that is added meanwhile is
      // seen here or schedules the sweep itself.
      scheduled.set(false);
      if (!pending.isEmpty()) {
        scheduleSweep();
      }
    }
  }

  private void runDue() {
    long now = nanoClock.getAsLong();
    for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
      Pending next = all.next();
      boolean isDue = next.dueNanos - now <= 0;
      if (next.future.isDone() || isDue) {
        all.remove();
      }
      if (isDue && !next.future.isDone()) {
        next.run();
      }
    }
  }
}
