package io.wideevents.mongo;

/**
 * A document that MongoDB answered for with an error on no list ({@link
 * WriteOutcome.NotConfirmed#perDocument}). It is the culprit, and never storable, once it failed
 * alone {@value #FAILURES_ALONE_OF_A_CULPRIT} times while others were stored. When nothing is
 * stored at all, a full disk for instance, nobody is a culprit.
 *
 * <p>Why there is such a rule: docs/decisions/mongodb-error-codes.md. Not safe for concurrent use.
 */
public final class Suspect {
  /** More than one, so that a passing condition of the server makes no culprit. */
  public static final int FAILURES_ALONE_OF_A_CULPRIT = 3;

  private int failuresAlone;
  private boolean neighboursStored;
  private long storedAtFirstFailureAlone;

  /**
   * Notes that it failed together with others.
   *
   * @param stored how many of those written with it were stored
   * @param suspects how many, itself among them, failed as it did
   */
  public void failedAmong(int stored, int suspects) {
    neighboursStored |= stored > suspects;
  }

  /**
   * Notes that it failed alone.
   *
   * @param storedSoFar documents that the writer has stored in its life
   * @return whether it is the culprit
   */
  public boolean failedAlone(long storedSoFar) {
    if (failuresAlone++ == 0) {
      storedAtFirstFailureAlone = storedSoFar;
    }
    return failuresAlone >= FAILURES_ALONE_OF_A_CULPRIT
        && (neighboursStored || storedSoFar > storedAtFirstFailureAlone);
  }
}
