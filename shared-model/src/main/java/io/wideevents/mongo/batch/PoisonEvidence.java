package io.wideevents.mongo.batch;

import java.time.Duration;

/**
 * The evidence that one document cannot be stored. MongoDB answers for such a document with an
 * error code that is on no list.
 *
 * <p>A throttling server or a failed shard looks like a poison document at first: a document fails
 * alone while others are stored. Therefore the proof needs {@value #FAILURES} failures of the
 * document alone, all with the same code, over at least two minutes, with other documents stored
 * between consecutive failures. {@link SuspectedPoison} adds one more condition: it discards the
 * evidence while too many documents fail.
 *
 * <p>Why there is such a rule: docs/decisions/mongodb-error-codes.md. Not safe for concurrent use.
 */
final class PoisonEvidence {
  /** The number of failures that prove a document poison. */
  static final int FAILURES = 6;

  /** The minimum time from the first failure to the last. */
  static final Duration PERIOD = Duration.ofMinutes(2);

  // Copies of one event fail within milliseconds of each other. Such failures show one condition of
  // the server and count once.
  private static final long APART_NANOS = Duration.ofSeconds(1).toNanos();

  private int failures;
  private int code;
  private long firstNanos;
  private long lastNanos;
  private long storedBeforeLast;

  /**
   * Records that the document failed in a write of this document alone.
   *
   * @param code the server's error code; a code that differs from the last one restarts the count
   * @param storedBefore documents that this process had stored when this write began
   * @param nowNanos on a monotonic clock, like {@link System#nanoTime}
   * @return whether the document is proven poison
   */
  boolean failedAlone(int code, long storedBefore, long nowNanos) {
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
  void restart() {
    failures = 0;
  }
}
