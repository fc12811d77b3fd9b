package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

/**
 * How long MongoDB has stored well records and workers could run, in all. Only this time counts
 * when a record's progress is checked.
 */
final class GoodTime {
  /** A worker may wait this long before it tries again after an outage: its longest backoff. */
  private static final long GRACE = 35 * SECOND;

  private final SimulatedClock time;
  private long total;
  private long goodSince;
  private int troubles;

  GoodTime(SimulatedClock time) {
    this.time = time;
  }

  void troubleBegins() {
    if (troubles++ == 0) {
      total += Math.max(0, time.nanos() - goodSince);
    }
  }

  void troubleEnds() {
    if (--troubles == 0) {
      goodSince = time.nanos() + GRACE;
    }
  }

  long nanos() {
    return total + (troubles > 0 ? 0 : Math.max(0, time.nanos() - goodSince));
  }
}
