package io.wideevents.mongo;

import java.time.Duration;

/**
 * A document that MongoDB answered for with an error on no list ({@link
 * WriteOutcome.NotConfirmed#perDocument}). It is the culprit, and never storable, once it failed
 * alone {@value #FAILURES_ALONE_OF_A_CULPRIT} times while others were stored. When nothing is
 * stored at all, a full disk for instance, nobody is a culprit.
 *
 * <p>What is stored around the beginning or the end of an outage proves nothing: a confirmation may
 * come after the first failure, for a majority takes its time, and a failure after the first
 * confirmation. So others must have been stored when the last failing write began, and since the
 * one before it began.
 *
 * <p>Failures that follow each other closely, of copies of one event for instance, count as one: a
 * condition of the server that passes within two seconds makes no culprit.
 *
 * <p>Why there is such a rule: docs/decisions/mongodb-error-codes.md. Not safe for concurrent use.
 */
public final class Suspect {
  public static final int FAILURES_ALONE_OF_A_CULPRIT = 3;

  private static final long APART_NANOS = Duration.ofSeconds(1).toNanos();

  private int failuresAlone;
  private boolean neighboursStored;
  private long storedBeforeLast;
  private long lastNanos;

  /**
   * Notes that it failed together with others.
   *
   * @param stored how many of those written with it were stored
   * @param suspects how many, itself among them, failed as it did
   * @param storedAfterIt whether one that came after it in the write was stored; if not, it may
   *     have failed because an outage began
   */
  public void failedAmong(int stored, int suspects, boolean storedAfterIt) {
    neighboursStored |= stored > suspects && storedAfterIt;
  }

  /**
   * Notes that it failed alone.
   *
   * @param storedBefore documents that the writer had stored in its life when this write began
   * @param nowNanos on a monotonic clock, like {@link System#nanoTime}
   * @return whether it is the culprit
   */
  public boolean failedAlone(long storedBefore, long nowNanos) {
    if (failuresAlone > 0 && nowNanos - lastNanos < APART_NANOS) {
      return false;
    }
    boolean othersStored =
        neighboursStored || (failuresAlone > 0 && storedBefore > storedBeforeLast);
    failuresAlone++;
    storedBeforeLast = storedBefore;
    lastNanos = nowNanos;
    return failuresAlone >= FAILURES_ALONE_OF_A_CULPRIT && othersStored;
  }
}
