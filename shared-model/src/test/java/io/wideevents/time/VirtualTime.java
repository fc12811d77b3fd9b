package io.wideevents.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when a test says so, and executors whose tasks run on the test's thread as it
 * passes. Two kinds of tasks wait for their time: those of the process under test, which a crash
 * ends, and those of the world around it, which a crash does not touch.
 *
 * <p>An exception from a task is thrown by the call that runs the task. For one thread.
 */
public final class VirtualTime implements Timing {
  private static final Instant START = Instant.parse("2026-11-30T00:00:00Z");

  private final PriorityQueue<VirtualTask<?>> tasks = new PriorityQueue<>(VirtualTime::compare);
  private final Supplier<Duration> latency;
  private final DoubleSupplier jitter;
  private Duration wallOffset = Duration.ZERO;
  private long nanos;
  private long order;
  private int process;
  private @Nullable Throwable failure;

  private static int compare(VirtualTask<?> one, VirtualTask<?> other) {
    return one.dueNanos == other.dueNanos
        ? Long.compare(one.order, other.order)
        : Long.compare(one.dueNanos, other.dueNanos);
  }

  /** Tasks run at their exact time, and pauses are not jittered. */
  public VirtualTime() {
    this(() -> Duration.ZERO, () -> 0.5);
  }

  /**
   * @param latency how much later than asked a task of the process runs
   * @param jitter from 0 to 1, as of a random generator
   */
  public VirtualTime(Supplier<Duration> latency, DoubleSupplier jitter) {
    this.latency = latency;
    this.jitter = jitter;
  }

  @Override
  public LongSupplier nanoClock() {
    return () -> nanos;
  }

  @Override
  public InstantSource wallClock() {
    return () -> START.plusNanos(nanos).plus(wallOffset);
  }

  /** Sets the wall clock forward or back. The monotonic clock does not notice. */
  public void jumpWallClock(Duration by) {
    wallOffset = wallOffset.plus(by);
  }

  @Override
  public void onTimeout(CompletableFuture<?> future, Duration delay, Runnable action) {
    if (!future.isDone()) {
      Runnable timeout =
          () -> {
            if (!future.isDone()) {
              action.run();
            }
          };
      add(new VirtualTask<>(timeout, due(delay), process, null).reportTo(this));
    }
  }

  @Override
  public ScheduledExecutorService executor(String name, int threads) {
    return new VirtualExecutor(this, threads, process);
  }

  @Override
  public Duration jittered(Duration pause) {
    return Duration.ofNanos((long) (pause.toNanos() * (0.5 + jitter.getAsDouble())));
  }

  /** Has the world do something later, whatever becomes of the process. */
  public void after(Duration delay, Runnable action) {
    add(new VirtualTask<>(action, nanos + delay.toNanos(), VirtualTask.WORLD, null).reportTo(this));
  }

  /** Which process runs now; a new number after each crash. */
  public int process() {
    return process;
  }

  /** Ends the process under test: what waits to run in it never does. */
  public void crash() {
    tasks.removeIf(task -> task.process == process);
    process++;
  }

  /** Runs the next task at its time; false if there is none. */
  public boolean runNext() {
    VirtualTask<?> next = tasks.poll();
    while (next != null && next.isDone()) {
      next = tasks.poll();
    }
    if (next == null) {
      return false;
    }
    nanos = Math.max(nanos, next.dueNanos);
    run(next);
    return true;
  }

  /** Runs all that is due within a time, and ends at its end. */
  public void advance(Duration time) {
    long end = nanos + time.toNanos();
    for (var next = tasks.peek(); next != null && next.dueNanos <= end; next = tasks.peek()) {
      runNext();
    }
    nanos = end;
  }

  /** When the next task is due. */
  public Optional<Duration> untilNext() {
    return Optional.ofNullable(tasks.peek())
        .map(task -> Duration.ofNanos(Math.max(0, task.dueNanos - nanos)));
  }

  void add(VirtualTask<?> task) {
    task.order = order++;
    tasks.add(task);
  }

  long due(Duration delay) {
    return nanos + Math.max(0, delay.toNanos()) + latency.get().toNanos();
  }

  /** Takes an executor's tasks from the queue, in order. */
  List<VirtualTask<?>> take(Predicate<VirtualTask<?>> matching) {
    List<VirtualTask<?>> taken = new ArrayList<>(tasks.stream().filter(matching).toList());
    tasks.removeAll(taken);
    taken.sort(VirtualTime::compare);
    return taken;
  }

  void run(VirtualTask<?> task) {
    task.run();
    Throwable thrown = failure;
    failure = null;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  void failed(Throwable thrown) {
    failure = thrown;
  }
}
