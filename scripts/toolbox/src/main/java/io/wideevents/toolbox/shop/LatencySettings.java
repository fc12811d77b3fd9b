package io.wideevents.toolbox.shop;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param requestsPerSecond the pace of the load on one shop at a time
 * @param rounds how often each mode has its turn at each delay
 * @param roundDuration how long a turn is
 * @param warmUp how long each shop is loaded before anything is timed
 * @param mongoDelays by how much MongoDB is slowed, one after the other
 */
record LatencySettings(
    double requestsPerSecond,
    int rounds,
    Duration roundDuration,
    Duration warmUp,
    List<Duration> mongoDelays) {
  private static final List<Duration> DELAYS =
      List.of(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(100));

  LatencySettings {
    mongoDelays = List.copyOf(mongoDelays);
  }

  /** Some six minutes: figures one can print. */
  static LatencySettings full(double requestsPerSecond) {
    return new LatencySettings(
        requestsPerSecond, 5, Duration.ofSeconds(6), Duration.ofSeconds(10), DELAYS);
  }

  /** Under a minute: whether it works, and roughly how it comes out. */
  static LatencySettings quick(double requestsPerSecond) {
    return new LatencySettings(
        requestsPerSecond, 2, Duration.ofMillis(1_000), Duration.ofMillis(1_500), DELAYS);
  }
}
