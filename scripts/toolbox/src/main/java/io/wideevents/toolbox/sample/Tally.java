package io.wideevents.toolbox.sample;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts the outcomes of the events: accepted, refused and unconfirmed add up to the events sent.
 * Safe for concurrent use.
 */
public final class Tally {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Map<String, Long> acceptedByTier = new TreeMap<>();
  private final Map<String, Long> refusedByCode = new TreeMap<>();
  private final Map<Integer, Long> waitsByStatus = new TreeMap<>();
  private final Histogram acknowledgeMicros = new Histogram(SIGNIFICANT_DIGITS);
  private long unconfirmed;
  private long unanswered;
  private @Nullable String lastFailure;

  synchronized void add(PostResult result) {
    result
        .accepted()
        .forEach((tier, events) -> acceptedByTier.merge(tier, (long) events, Long::sum));
    result.refused().forEach((code, events) -> refusedByCode.merge(code, (long) events, Long::sum));
    unconfirmed += result.unconfirmed();
  }

  synchronized void acknowledged(long nanos) {
    acknowledgeMicros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  synchronized void toldToWait(int status) {
    waitsByStatus.merge(status, 1L, Long::sum);
  }

  synchronized void unanswered(Exception cause) {
    unanswered++;
    lastFailure = cause.toString();
  }

  /** Events that are durable. */
  public synchronized long accepted() {
    return sum(acceptedByTier);
  }

  /** Events that would be rejected again. */
  public synchronized long refused() {
    return sum(refusedByCode);
  }

  /** Events without a final answer. */
  public synchronized long unconfirmed() {
    return unconfirmed;
  }

  /** Events whose requests have ended. */
  public synchronized long done() {
    return accepted() + refused() + unconfirmed;
  }

  /** All counts as text, several lines. */
  public synchronized String summary() {
    StringBuilder text = new StringBuilder();
    line(text, "accepted", accepted(), acceptedByTier);
    line(text, "refused", refused(), refusedByCode);
    line(text, "unconfirmed", unconfirmed, Map.of());
    if (!waitsByStatus.isEmpty()) {
      line(text, "asked to wait", sum(waitsByStatus), waitsByStatus);
    }
    if (unanswered > 0) {
      line(text, "unanswered", unanswered, Map.of());
      text.append("  last failure   ").append(lastFailure).append('\n');
    }
    if (acknowledgeMicros.getTotalCount() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "  acknowledged in  p50 %.1f ms, p99 %.1f ms (%,d requests)%n",
              acknowledgeMicros.getValueAtPercentile(50) / 1000.0,
              acknowledgeMicros.getValueAtPercentile(99) / 1000.0,
              acknowledgeMicros.getTotalCount()));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String label, long count, Map<?, Long> parts) {
    text.append(String.format(Locale.ROOT, "  %-12s %,9d", label, count));
    parts.forEach((name, part) -> text.append(String.format(Locale.ROOT, "  %s %,d", name, part)));
    text.append('\n');
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
