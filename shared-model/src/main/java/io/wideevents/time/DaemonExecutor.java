package io.wideevents.time;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The executor of {@link SystemTiming}, with daemon threads. Runs or rejects each task. */
class DaemonExecutor extends ScheduledThreadPoolExecutor {
  /**
   * @param name of its one thread; several threads have a number after the name
   */
  DaemonExecutor(String name, int threads) {
    super(
        threads,
        (threads == 1
                ? Thread.ofPlatform().daemon().name(name)
                : Thread.ofPlatform().daemon().name(name + "-", 1))
            .factory());
    // Otherwise a cancelled timeout would keep its future alive until the delay is over.
    setRemoveOnCancelPolicy(true);
    setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable command) {
    ScheduledFuture<?> task = schedule(command, 0, TimeUnit.NANOSECONDS);
    // The JDK cancels the task if a shutdown ends the last thread while the task is being added.
    // Without an exception the caller would not know that the task does not run.
    if (task.isCancelled()) {
      throw new RejectedExecutionException("The executor was shut down");
    }
  }
}
