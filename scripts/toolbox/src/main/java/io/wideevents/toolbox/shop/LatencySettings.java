package io.wideevents.toolbox.shop;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param requestsPerSecond the pace of the load on each shop
 * @param duration how long the shops are loaded at each delay
 * @param warmUp how long the shops are loaded before anything is timed
 * @param mongoDelays by how much MongoDB is slowed, one after the other
 */
record LatencySettings(
    double requestsPerSecond, Duration duration, Duration warmUp, List<Duration> mongoDelays) {
  private static final List<Duration> DELAYS =
      List.of(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(100));

  LatencySettings {
    mongoDelays = List.copyOf(mongoDelays);
  }

  /** Some five minutes: figures one can print. */
  static LatencySettings full(double requestsPerSecond) {
    return new LatencySettings(
        requestsPerSecond, Duration.ofSeconds(60), Duration.ofSeconds(60), DELAYS);
  }

  /** Under a minute: whether it works, and roughly how it comes out. */
  static LatencySettings quick(double requestsPerSecond) {
    return new LatencySettings(
        requestsPerSecond, Duration.ofSeconds(6), Duration.ofSeconds(6), DELAYS);
  }
}
