package io.wideevents.toolbox.load;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts the answers of a gateway. Accepted, rejected and unconfirmed events add up to the events
 * of the requests that have ended. Safe for concurrent use.
 */
public final class Tally {
  private final SortedMap<String, Long> acceptedByTier = new TreeMap<>();
  private final SortedMap<String, Long> refusedByCode = new TreeMap<>();
  private final SortedMap<Integer, Long> repliesByStatus = new TreeMap<>();
  private final Histogram acknowledgeMicros = new Histogram(3);
  private long unconfirmed;
  private long unanswered;
  private @Nullable String lastFailure;

  /** Counts a reply, whether final or not. */
  public synchronized void replied(int status) {
    repliesByStatus.merge(status, 1L, Long::sum);
  }

  /** Counts the events of a final answer. */
  public synchronized void answered(Reply.Final answer, long nanos) {
    acknowledgeMicros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
    for (Reply.Entry entry : answer.entries()) {
      switch (entry) {
        case Reply.Durable durable -> acceptedByTier.merge(durable.tier(), 1L, Long::sum);
        case Reply.Refused refused -> refusedByCode.merge(refused.code(), 1L, Long::sum);
      }
    }
  }

  /** Counts a request whose connection broke or that timed out. */
  public synchronized void unanswered(Exception cause) {
    unanswered++;
    lastFailure = cause.toString();
  }

  /** Counts events without a final answer. */
  public synchronized void unconfirmed(int events) {
    unconfirmed += events;
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

  /** Requests whose connection broke or that timed out. */
  public synchronized long unanswered() {
    return unanswered;
  }

  /** Durable events by the tier that has them. */
  public synchronized SortedMap<String, Long> acceptedByTier() {
    return new TreeMap<>(acceptedByTier);
  }

  /** Rejected events by the code of their first problem. */
  public synchronized SortedMap<String, Long> refusedByCode() {
    return new TreeMap<>(refusedByCode);
  }

  /** The number of replies by status, final or not. */
  public synchronized SortedMap<Integer, Long> repliesByStatus() {
    return new TreeMap<>(repliesByStatus);
  }

  /** All counts as text, several lines. */
  public synchronized String summary() {
    StringBuilder text = new StringBuilder();
    line(text, "accepted", accepted(), acceptedByTier);
    line(text, "refused", refused(), refusedByCode);
    line(text, "unconfirmed", unconfirmed, Collections.emptyMap());
    SortedMap<Integer, Long> waits = repliesByStatus();
    waits.keySet().retainAll(Reply.RETRY_STATUSES);
    if (!waits.isEmpty()) {
      line(text, "asked to wait", sum(waits), waits);
    }
    if (unanswered > 0) {
      line(text, "unanswered", unanswered, Collections.emptyMap());
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
