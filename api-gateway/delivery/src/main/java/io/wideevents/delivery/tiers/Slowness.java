package io.wideevents.delivery.tiers;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells a tier that has become slow from one that paused once. A pause - a long collection, a disk
 * that catches up, a leader election - makes every call slow that was under way, however many those
 * were; only calls that began after the first slow answer say how the tier is now.
 *
 * <p>Safe for concurrent use; never blocks for long.
 */
final class Slowness {
  private final long quietNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean suspected;
  private long firstSlowNanos;
  private long lastSlowNanos;

  /**
   * @param quiet how long after the last slow answer a fast call must begin to end the suspicion;
   *     fast calls before that may have been lucky, as with one slow broker among three
   */
  Slowness(Duration quiet) {
    this.quietNanos = quiet.toNanos();
  }

  /**
   * Learns from a call that was confirmed.
   *
   * @param beganNanos when it was made, on the clock of {@link System#nanoTime}
   * @param endedNanos when it was confirmed
   * @param slow whether that took too long
   * @return whether the call shows the tier to be slow: it was slow, and made when the tier had
   *     been slow already
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
