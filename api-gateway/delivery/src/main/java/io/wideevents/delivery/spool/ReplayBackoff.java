package io.wideevents.delivery.spool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits between attempts that failed in a row: anything from nothing to a bound that doubles, so
 * that many gateways do not come back in step. Not safe for concurrent use.
 */
final class ReplayBackoff {
  private static final Duration FIRST = Duration.ofMillis(100);

  /** No longer, for the end of an outage is seen by the next attempt only. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final RandomGenerator random;
  private Duration bound = FIRST;

  ReplayBackoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    Duration wait = Duration.ofNanos(random.nextLong(bound.toNanos() + 1));
    Duration doubled = bound.multipliedBy(2);
    bound = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return wait;
  }

  void reset() {
    bound = FIRST;
  }
}
