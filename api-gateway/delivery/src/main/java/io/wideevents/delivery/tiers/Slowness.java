package io.wideevents.delivery.tiers;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Distinguishes a tier that has become slow from a tier that paused once. A pause (a long garbage
 * collection, a busy disk, a leader election) makes all calls in flight slow at once. Therefore
 * only calls that began after the first slow answer count.
 *
 * <p>Safe for concurrent use; blocks only for a short lock.
 */
final class Slowness {
  private final long quietNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean suspected;
  private long firstSlowNanos;
  private long lastSlowNanos;

  /**
   * @param quiet how long after the last slow answer a fast call must begin to reset the state; an
   *     earlier fast call may be an exception, for example with one slow broker of three
   */
  Slowness(Duration quiet) {
    this.quietNanos = quiet.toNanos();
  }

  /**
   * Records a confirmed call.
   *
   * @param beganNanos start of the call, on the clock of {@link System#nanoTime}
   * @param endedNanos when the call was confirmed, on the same clock
   * @param slow whether the call took too long
   * @return whether the call shows that the tier is slow: the call was slow, and it began after an
   *     earlier slow answer
   */
  boolean isShownBy(long beganNanos, long endedNanos, boolean slow) {
    lock.lock();
    try {
      if (!slow) {
        suspected &= beganNanos - lastSlowNanos < quietNanos;
        return false;
      }
      lastSlowNanos = endedNanos;
      if (suspected) {
        return beganNanos - firstSlowNanos >= 0;
      }
      suspected = true;
      firstSlowNanos = endedNanos;
      return false;
    } finally {
      lock.unlock();
    }
  }
}
