package io.wideevents.worker.batch;

/**
 * The counts of one batch, from its start until MongoDB has answered its write or the write has
 * timed out. Records that are retried after that belong to no batch.
 */
final class Batch {
  private final long startNanos;
  private final boolean probe;
  private int stored;
  private int unstorable;

  /**
   * @param probe whether the dead-letter circuit breaker waits for this batch's result
   */
  Batch(long startNanos, boolean probe) {
    this.startNanos = startNanos;
    this.probe = probe;
  }

  void stored() {
    stored++;
  }

  void unstorable() {
    unstorable++;
  }

  boolean isProbe() {
    return probe;
  }

  long startNanos() {
    return startNanos;
  }

  /** Events that this write stored or that were stored before. */
  int storedEvents() {
    return stored;
  }

  int deadLetters() {
    return unstorable;
  }
}
