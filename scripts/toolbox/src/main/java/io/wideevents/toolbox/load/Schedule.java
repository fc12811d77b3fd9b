package io.wideevents.toolbox.load;

import java.util.concurrent.TimeUnit;

/**
 * The times at which requests are due: evenly spaced, however long each request takes. Used by one
 * thread.
 */
public final class Schedule {
  private final long startNanos = System.nanoTime();
  private final double perSecond;
  private long number;

  /**
   * Starts now; the first request is due at once.
   *
   * @param perSecond 0 for no limit
   */
  public Schedule(double perSecond) {
    this.perSecond = perSecond;
  }

  /**
   * Blocks until the next request is due.
   *
   * @return when it was due, a value of {@link System#nanoTime}; earlier than now if the caller is
   *     late
   */
  public long awaitNext() throws InterruptedException {
    if (perSecond == 0) {
      return System.nanoTime();
    }
    long due = startNanos + (long) (number++ * 1e9 / perSecond);
    TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
    return due;
  }
}
