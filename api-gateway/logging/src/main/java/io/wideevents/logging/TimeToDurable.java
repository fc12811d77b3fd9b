package io.wideevents.logging;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long events took from their finalization until a tier had them: what a kill -9 can lose is
 * what was finalized within this time before it. In classes a quarter of a power of two wide, so a
 * quantile is exact to about 20 %. Safe for concurrent use.
 */
final class TimeToDurable {
  private static final int PER_DOUBLING = 4;

  private final AtomicLongArray counts = new AtomicLongArray(Long.SIZE * PER_DOUBLING);

  void record(long nanos) {
    counts.incrementAndGet(classOf(Math.max(1, nanos)));
  }

  /** The upper bound of the class the quantile falls in, in nanoseconds; 0 without events. */
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
