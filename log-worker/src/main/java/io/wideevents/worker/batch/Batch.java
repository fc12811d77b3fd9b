package io.wideevents.worker.batch;

/**
 * The counts of one batch, from its start until MongoDB has answered its write or the write's
 * deadline has passed. Records that wait for a retry or for the dead-letter topic after that belong
 * to no batch.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class Batch {
  private final long startNanos;
  private final boolean trial;
  private int stored;
  private int unstorable;

  /**
   * @param trial whether the dead-letter circuit breaker waits for this batch's result
   */
  Batch(long startNanos, boolean trial) {
    this.startNanos = startNanos;
    this.trial = trial;
  }

  void stored() {
    stored++;
  }

  void unstorable() {
    unstorable++;
  }

  boolean isTrial() {
    return trial;
  }

  long startNanos() {
    return startNanos;
  }

  /** Events that are stored, by this write or before. */
  int storedEvents() {
    return stored;
  }

  /** Records that become dead letters. */
  int deadLetters() {
    return unstorable;
  }
}
