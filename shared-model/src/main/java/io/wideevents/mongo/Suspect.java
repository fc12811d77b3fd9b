package io.wideevents.mongo;

import java.time.Duration;

/**
 * Collects the evidence that one document can never be stored, although MongoDB answers for it with
 * an error code on no list.
 *
 * <p>A throttling server or a failed shard looks like a poison document at first: a document fails
 * alone while others are stored. Therefore the proof needs {@value #FAILURES} failures of the
 * document alone, all with the same code, over at least two minutes, with other documents stored
 * between consecutive failures. The caller adds one more condition: it calls {@link #restart} while
 * it suspects more than {@value #MOST_AT_ONCE} documents, because many errors of this kind at once
 * are an outage.
 *
 * <p>Why there is such a rule: docs/decisions/mongodb-error-codes.md. Not safe for concurrent use.
 */
public final class Suspect {
  /** The number of failures that prove a document poison. */
  public static final int FAILURES = 6;

  /** The number of documents that one writer may suspect at the same time; more are an outage. */
  public static final int MOST_AT_ONCE = 10;

  /** The minimum time from the first failure to the last. */
  public static final Duration PERIOD = Duration.ofMinutes(2);

  // Copies of one event fail within milliseconds of each other. Such failures show one condition of
  // the server and count once.
  private static final long APART_NANOS = Duration.ofSeconds(1).toNanos();

  private int failures;
  private int code;
  private long firstNanos;
  private long lastNanos;
  private long storedBeforeLast;

  /**
   * Records that the document failed in a write of one document.
   *
   * @param code the server's error code; a code that differs from the last one restarts the count
   * @param storedBefore total number of documents that the caller's writer had stored when this
   *     write began
   * @param nowNanos on a monotonic clock, like {@link System#nanoTime}
   * @return whether the document is proven poison
   */
  public boolean failedAlone(int code, long storedBefore, long nowNanos) {
    if (failures == 0 || code != this.code) {
      failures = 1;
      this.code = code;
      firstNanos = nowNanos;
    } else if (storedBefore > storedBeforeLast && nowNanos - lastNanos >= APART_NANOS) {
      failures++;
    } else {
      return false;
    }
    storedBeforeLast = storedBefore;
    lastNanos = nowNanos;
    return failures >= FAILURES && nowNanos - firstNanos >= PERIOD.toNanos();
  }

  /** Discards all evidence. */
  public void restart() {
    failures = 0;
  }
}
