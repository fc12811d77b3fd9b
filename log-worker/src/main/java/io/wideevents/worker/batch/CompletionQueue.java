package io.wideevents.worker.batch;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The way back to the polling thread: other threads hand it results as tasks, and it runs them when
 * it comes by. A task that arrives while the thread sits in {@code poll} wakes it.
 *
 * <p>{@link #execute} may be called by any thread and never blocks; everything else belongs to the
 * polling thread. What is queued is bounded by what that thread itself has in flight.
 */
public final class CompletionQueue implements Executor {
  private final BlockingQueue<Runnable> tasks;
  private final AtomicBoolean asleep = new AtomicBoolean();
  private volatile Runnable alarm = () -> {};

  public CompletionQueue() {
    this(new LinkedBlockingQueue<>());
  }

  /** For the simulation, whose queue waits in virtual time. */
  public CompletionQueue(BlockingQueue<Runnable> tasks) {
    this.tasks = tasks;
  }

  /** Sets what wakes the thread out of {@code poll}; may be called from any thread afterwards. */
  public void wakeBy(Runnable alarm) {
    this.alarm = alarm;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    // After the add: either this thread sees the other asleep and wakes it, or the other, having
    // declared itself asleep first, sees the task before it sleeps.
    if (asleep.compareAndSet(true, false)) {
      alarm.run();
    }
  }

  /**
   * Declares that the thread is about to sleep.
   *
   * @return false if a task is waiting already, so that it must not sleep
   */
  public boolean fallAsleep() {
    asleep.set(true);
    return tasks.isEmpty();
  }

  /** Ends {@link #fallAsleep}. A wake-up that is already on its way may still arrive later. */
  public void wokeUp() {
    asleep.set(false);
  }

  /** Runs what has arrived. */
  public void runPending() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /**
   * Waits until a task arrives, at most this long, and runs what has arrived.
   *
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  public void awaitPending(Duration most) throws InterruptedException {
    Runnable task = tasks.poll(most.toNanos(), TimeUnit.NANOSECONDS);
    if (task != null) {
      task.run();
      runPending();
    }
  }
}
