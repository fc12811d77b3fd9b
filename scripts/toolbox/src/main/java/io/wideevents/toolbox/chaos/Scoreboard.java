package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.load.Window;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The measurements of all clients together: answers by tier and phase, and the longest time without
 * an acknowledgement. Safe for concurrent use.
 */
final class Scoreboard {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Outages outages;
  private final Tally tally = new Tally();
  private final Map<Phase, Histogram> acknowledgeMicros = new EnumMap<>(Phase.class);
  private final Histogram changingMicros = new Histogram(SIGNIFICANT_DIGITS);
  private long wrongIds;
  private long lastDurableNanos = System.nanoTime();
  private Duration longestSilence = Duration.ZERO;
  private Duration longestSilenceWithGateway = Duration.ZERO;

  Scoreboard(Outages outages) {
    this.outages = outages;
    for (Phase phase : Phase.values()) {
      acknowledgeMicros.put(phase, new Histogram(SIGNIFICANT_DIGITS));
    }
  }

  /** All answers. A repeated event counts each time. */
  Tally tally() {
    return tally;
  }

  Phase phase() {
    return outages.phase();
  }

  /** Counts an event that was acknowledged with an id other than its own. */
  synchronized void wrongId() {
    wrongIds++;
  }

  /** Starts the measurement of the time without an acknowledgement. */
  synchronized void begin() {
    lastDurableNanos = System.nanoTime();
  }

  /**
   * Counts a request that was answered with 2xx.
   *
   * @param begin the phase of its first post
   * @param nanos time since its first post, including all retries
   */
  synchronized void acknowledged(Phase begin, long nanos) {
    long now = System.nanoTime();
    histogram(begin, now - nanos).recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
    Duration silence = Duration.ofNanos(now - lastDurableNanos);
    longestSilence = longer(silence, longestSilence);
    if (!outages.gatewayWasDownSince(lastDurableNanos)) {
      longestSilenceWithGateway = longer(silence, longestSilenceWithGateway);
    }
    lastDurableNanos = now;
  }

  private Histogram histogram(Phase begin, long beginNanos) {
    Phase end = outages.phase();
    Phase seen = outages.gatewayWasDownSince(beginNanos) ? Phase.GATEWAY_RESTARTING : begin;
    return seen == Phase.GATEWAY_RESTARTING || end == begin
        ? Objects.requireNonNull(acknowledgeMicros.get(seen))
        : changingMicros;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /**
   * Times from the first attempt to the 2xx, by phase. A request that met a gateway that was down
   * counts for that phase. Any other request during which the phase changed counts separately.
   */
  synchronized Map<String, Window> latencies() {
    Map<String, Window> latencies = new LinkedHashMap<>();
    acknowledgeMicros.forEach((phase, micros) -> latencies.put(phase.label(), window(micros)));
    latencies.put("changing meanwhile", window(changingMicros));
    return latencies;
  }

  private static Window window(Histogram micros) {
    return new Window(micros.copy(), 0, Duration.ZERO);
  }

  /** Events that were acknowledged with an id other than their own. */
  synchronized long wrongIds() {
    return wrongIds;
  }

  /** The longest time in which no client got a 2xx. */
  synchronized Duration longestSilence() {
    return longestSilence;
  }

  /**
   * The longest time in which no client got a 2xx, without the times in which the gateway was down.
   */
  synchronized Duration longestSilenceWithGateway() {
    return longestSilenceWithGateway;
  }
}
