package io.wideevents.time;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * An executor on virtual time. With one thread, tasks for at once keep their order; with more they
 * may overtake each other. After a crash it ignores what it is given.
 */
final class VirtualExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final VirtualTime time;
  private final int threads;
  private final int process;
  private long lastDueNanos;
  private boolean shutdown;

  VirtualExecutor(VirtualTime time, int threads, int process) {
    this.time = time;
    this.threads = threads;
    this.process = process;
  }

  @Override
  public void execute(Runnable command) {
    long due = time.due(Duration.ZERO);
    if (threads == 1) {
      due = Math.max(due, lastDueNanos);
      lastDueNanos = due;
    }
    VirtualTask<Object> task = new VirtualTask<>(command, due, process, this);
    task.immediate = true;
    add(task);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Duration wait = Duration.ofNanos(unit.toNanos(delay));
    return add(new VirtualTask<>(command, time.due(wait), process, this));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    Duration wait = Duration.ofNanos(unit.toNanos(delay));
    return add(new VirtualTask<>(callable, time.due(wait), process, this));
  }

  private <V> ScheduledFuture<V> add(VirtualTask<V> task) {
    if (shutdown) {
      throw new RejectedExecutionException("The executor was shut down");
    }
    if (process == time.process()) {
      time.add(task.reportTo(time));
    }
    return task;
  }

  /** Runs what it was given to run at once. */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    for (var own = immediate(); !own.isEmpty(); own = immediate()) {
      own.forEach(time::run);
    }
    return true;
  }

  private List<VirtualTask<?>> immediate() {
    return time.take(task -> task.executor == this && task.immediate);
  }

  @Override
  public void shutdown() {
    shutdown = true;
    time.take(task -> task.executor == this && !task.immediate);
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.copyOf(time.take(task -> task.executor == this));
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("not needed so far");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("not needed so far");
  }
}
