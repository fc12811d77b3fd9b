package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.time.Instant;

/**
 * The settings of a run.
 *
 * @param seed selects schedule and events
 * @param length of the time in which faults happen and clients begin new requests
 * @param clients at least 1
 * @param requestsPerSecond of all clients together when no request is delayed, positive
 * @param start of the run; the events' own times begin here
 */
record ChaosSettings(
    long seed, Duration length, int clients, double requestsPerSecond, Instant start) {
  ChaosSettings {
    if (clients < 1) {
      throw new IllegalArgumentException("clients=%d is less than 1".formatted(clients));
    }
    if (!(requestsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "requestsPerSecond=%s is not positive".formatted(requestsPerSecond));
    }
  }

  /** Mean time from one request of a client to its next. */
  Duration meanPause() {
    return Duration.ofNanos((long) (clients / requestsPerSecond * 1e9));
  }
}
