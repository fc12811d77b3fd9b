package io.wideevents.worker.batch;

import java.util.List;

/**
 * The bookkeeping of one sealed batch: how many of its records are settled, and how.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class Batch {
  private final long sealedNanos;
  private final boolean trial;
  private int unsettled;
  private int stored;
  private int deadLettered;
  private int countedDeadLetters;

  /**
   * @param trial whether the dead-letter brake waits for this batch's verdict
   */
  Batch(List<PendingRecord> records, long sealedNanos, boolean trial) {
    this.unsettled = records.size();
    this.sealedNanos = sealedNanos;
    this.trial = trial;
  }

  void stored() {
    stored++;
    unsettled--;
  }

  /**
   * @param counted whether the reason counts towards the brake
   */
  void deadLettered(boolean counted) {
    deadLettered++;
    countedDeadLetters += counted ? 1 : 0;
    unsettled--;
  }

  void handedBack() {
    unsettled--;
  }

  boolean isSettled() {
    return unsettled == 0;
  }

  boolean isTrial() {
    return trial;
  }

  long sealedNanos() {
    return sealedNanos;
  }

  /** Records stored, now or before. */
  int storedRecords() {
    return stored;
  }

  int deadLetters() {
    return deadLettered;
  }

  /** Dead letters whose reason counts towards the brake. */
  int countedDeadLetters() {
    return countedDeadLetters;
  }
}
