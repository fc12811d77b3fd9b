package io.wideevents.toolbox.shop;

import java.time.Duration;
import java.util.List;

/**
 * The extent of a measurement.
 *
 * @param requestsPerSecond the rate of the load on each shop
 * @param duration how long the shops are loaded at each delay
 * @param warmUp how long the shops are loaded before the measurement
 * @param mongoDelays delays of MongoDB, measured one after the other
 */
record LatencySettings(
    double requestsPerSecond, Duration duration, Duration warmUp, List<Duration> mongoDelays) {
  private static final List<Duration> DELAYS =
      List.of(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(100));

  LatencySettings {
    mongoDelays = List.copyOf(mongoDelays);
  }

  /** About five minutes, for results to publish. */
  static LatencySettings full(double requestsPerSecond) {
    return new LatencySettings(
        requestsPerSecond, Duration.ofSeconds(60), Duration.ofSeconds(60), DELAYS);
  }

  /** Less than a minute, for a functional check and approximate results. */
  static LatencySettings quick(double requestsPerSecond) {
    return new LatencySettings(
        requestsPerSecond, Duration.ofSeconds(6), Duration.ofSeconds(6), DELAYS);
  }
}
