package io.wideevents.logging;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of the time from an event's finalization until a tier acknowledged it. A kill -9 can
 * lose the events that were finalized within this time before it. There are four buckets per power
 * of two, so a quantile is exact to about 20 %. Safe for concurrent use.
 */
final class TimeToDurable {
  private static final int PER_DOUBLING = 4;

  private final AtomicLongArray counts = new AtomicLongArray(Long.SIZE * PER_DOUBLING);

  void record(long nanos) {
    counts.incrementAndGet(classOf(Math.max(1, nanos)));
  }

  /** The upper bound of the quantile's bucket, in nanoseconds; 0 without events. */
  long quantile(double share) {
    long total = 0;
    for (int i = 0; i < counts.length(); i++) {
      total += counts.get(i);
    }
    long left = (long) Math.ceil(total * share);
    for (int i = 0; i < counts.length() && left > 0; i++) {
      left -= counts.get(i);
      if (left <= 0) {
        return (long) Math.pow(2, (i + 1) / (double) PER_DOUBLING);
      }
    }
    return 0;
  }

  private static int classOf(long nanos) {
    double doublings = Math.log((double) nanos) / Math.log(2);
    return (int) (doublings * PER_DOUBLING);
  }
}
