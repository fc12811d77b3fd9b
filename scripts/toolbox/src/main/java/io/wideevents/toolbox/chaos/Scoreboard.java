package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The measurements of all clients together: answers by tier and phase, and the longest time without
 * an acknowledgement. Safe for concurrent use.
 */
final class Scoreboard {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Outages outages;
  private final Map<Phase, Histogram> acknowledgeMicros = new EnumMap<>(Phase.class);
  private final Histogram changingMicros = new Histogram(SIGNIFICANT_DIGITS);
  private final Map<String, Long> acknowledgedByTier = new TreeMap<>();
  private final Map<Integer, Long> repliesByStatus = new TreeMap<>();
  private final Map<String, Long> refusedByCode = new TreeMap<>();
  private long posted;
  private long broken;
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

  Phase phase() {
    return outages.phase();
  }

  synchronized void posted(int events) {
    posted += events;
  }

  synchronized void replied(int status) {
    repliesByStatus.merge(status, 1L, Long::sum);
  }

  /** Counts a request whose connection broke or that timed out. */
  synchronized void broken() {
    broken++;
  }

  synchronized void refused(String code) {
    refusedByCode.merge(code, 1L, Long::sum);
  }

  /** Counts an event that was acknowledged with an id other than its own. */
  synchronized void wrongId() {
    wrongIds++;
  }

  /**
   * Counts a request that was answered with 2xx.
   *
   * @param begin the phase of its first post
   * @param nanos time since its first post, including all retries
   * @param events by tier
   */
  synchronized void acknowledged(Phase begin, long nanos, Map<String, Integer> events) {
    long now = System.nanoTime();
    events.forEach((tier, count) -> acknowledgedByTier.merge(tier, (long) count, Long::sum));
    histogram(begin, now - nanos).recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
    silenceUntil(now);
    lastDurableNanos = now;
  }

  private Histogram histogram(Phase begin, long beginNanos) {
    if (outages.gatewayWasDownSince(beginNanos)) {
      return of(Phase.GATEWAY_RESTARTING);
    }
    return outages.phase() == begin ? of(begin) : changingMicros;
  }

  private Histogram of(Phase phase) {
    Histogram histogram = acknowledgeMicros.get(phase);
    if (histogram == null) {
      throw new AssertionError("Every phase has a histogram");
    }
    return histogram;
  }

  private void silenceUntil(long now) {
    Duration silence = Duration.ofNanos(now - lastDurableNanos);
    longestSilence = longer(silence, longestSilence);
    if (!outages.gatewayWasDownSince(lastDurableNanos)) {
      longestSilenceWithGateway = longer(silence, longestSilenceWithGateway);
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** Starts the measurement of the time without an acknowledgement. */
  synchronized void begin() {
    lastDurableNanos = System.nanoTime();
  }

  synchronized long postedEvents() {
    return posted;
  }

  synchronized long acknowledgedEvents() {
    return acknowledgedByTier.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A snapshot. */
  synchronized ClientFigures figures() {
    Map<String, Latency> latencies = new LinkedHashMap<>();
    acknowledgeMicros.forEach((phase, micros) -> latencies.put(phase.label(), Latency.of(micros)));
    latencies.put("changing meanwhile", Latency.of(changingMicros));
    return new ClientFigures(
        acknowledgedByTier,
        latencies,
        repliesByStatus,
        refusedByCode,
        broken,
        wrongIds,
        longestSilence,
        longestSilenceWithGateway);
  }
}
