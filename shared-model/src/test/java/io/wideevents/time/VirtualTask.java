package io.wideevents.time;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A task that waits for its virtual time. */
final class VirtualTask<V> extends FutureTask<V> implements ScheduledFuture<V> {
  /** In place of a process: the world around it. */
  static final int WORLD = -1;

  final long dueNanos;
  final int process;

  /** Whose task it is; null for a timeout and for the world's. */
  final @Nullable VirtualExecutor executor;

  /** Set by the queue: which of two tasks of one time was there first. */
  long order;

  /** Whether the executor was asked to run it at once. */
  boolean immediate;

  private @Nullable VirtualTime failures;

  VirtualTask(Runnable action, long dueNanos, int process, @Nullable VirtualExecutor executor) {
    this(
        () -> {
          action.run();
          return null;
        },
        dueNanos,
        process,
        executor);
  }

  VirtualTask(Callable<V> action, long dueNanos, int process, @Nullable VirtualExecutor executor) {
    super(action);
    this.dueNanos = dueNanos;
    this.process = process;
    this.executor = executor;
  }

  /** Reports what the task throws. */
  VirtualTask<V> reportTo(VirtualTime time) {
    failures = time;
    return this;
  }

  @Override
  protected void setException(Throwable thrown) {
    super.setException(thrown);
    if (failures != null) {
      failures.failed(thrown);
    }
  }

  @Override
  public long getDelay(TimeUnit unit) {
    throw new UnsupportedOperationException("not needed so far");
  }

  @Override
  public int compareTo(Delayed other) {
    throw new UnsupportedOperationException("not needed so far");
  }
}
