package io.wideevents.worker.batch;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes tasks from other threads to the polling thread. A task that arrives while the polling
 * thread blocks in {@code poll} wakes it.
 *
 * <p>{@link #execute} may be called by any thread and does not block. All other methods belong to
 * the polling thread. The queue has no capacity limit; its length is bounded by the work that the
 * polling thread has in flight.
 */
public final class CompletionQueue implements Executor {
  private final BlockingQueue<Runnable> tasks;
  private final AtomicBoolean blocking = new AtomicBoolean();
  private volatile Runnable alarm = () -> {};

  public CompletionQueue() {
    this(new LinkedBlockingQueue<>());
  }

  /** For the simulation, whose queue waits in virtual time. */
  public CompletionQueue(BlockingQueue<Runnable> tasks) {
    this.tasks = tasks;
  }

  /** Sets the action that wakes the thread out of {@code poll}. Any thread may run the action. */
  public void wakeBy(Runnable alarm) {
    this.alarm = alarm;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    // The task is added before this check. Either this thread sees the flag and wakes the polling
    // thread, or the polling thread, which sets the flag first, sees the task before it polls.
    if (blocking.compareAndSet(true, false)) {
      alarm.run();
    }
  }

  /**
   * Announces that the polling thread is about to block.
   *
   * @return false if a task is waiting, so that the thread must not block
   */
  public boolean beginBlocking() {
    blocking.set(true);
    return tasks.isEmpty();
  }

  /** Ends {@link #beginBlocking}. A wake-up that was already sent may still arrive later. */
  public void endBlocking() {
    blocking.set(false);
  }

  /** Runs the tasks that have arrived. Does not wait. */
  public void runPending() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /**
   * Waits until a task arrives, at most {@code most}, and runs the tasks that have arrived.
   *
   * @throws InterruptedException if the thread was interrupted while it waited
   */
  public void awaitPending(Duration most) throws InterruptedException {
    Runnable task = tasks.poll(most.toNanos(), TimeUnit.NANOSECONDS);
    if (task != null) {
      task.run();
      runPending();
    }
  }
}
