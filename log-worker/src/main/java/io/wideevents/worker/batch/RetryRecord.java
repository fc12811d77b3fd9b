package io.wideevents.worker.batch;

import io.wideevents.event.EventDocument;

/** A record whose last write had no conclusive outcome. */
final class RetryRecord {
  private final PendingRecord record;
  private int attempts = 1;
  private int failuresAlone;
  private long concludedBeforeLastFailure;
  private boolean othersConcluded;
  private int isolatedFailures;
  private long notBeforeNanos;

  RetryRecord(PendingRecord record) {
    this.record = record;
  }

  PendingRecord record() {
    return record;
  }

  EventDocument document() {
    return record.document();
  }

  boolean isDiscarded() {
    return record.place().isDiscarded();
  }

  /** Number of writes that this record was part of. */
  int attempts() {
    return attempts;
  }

  void attempted() {
    attempts++;
  }

  /**
   * Reports a failed write that held this record alone.
   *
   * @param concludedBefore total number of records that had been stored or rejected when the write
   *     began
   */
  void failedAlone(long concludedBefore) {
    othersConcluded = failuresAlone > 0 && concludedBefore > concludedBeforeLastFailure;
    concludedBeforeLastFailure = concludedBefore;
    failuresAlone++;
  }

  /**
   * Whether the record failed alone twice and MongoDB stored or rejected other records in between.
   * The next failure then says nothing about MongoDB.
   */
  boolean failsWhileOthersConclude() {
    return othersConcluded;
  }

  /** Counts one more pause of this record in isolation, and returns the count. */
  int isolatedFailure() {
    return ++isolatedFailures;
  }

  long notBeforeNanos() {
    return notBeforeNanos;
  }

  void notBefore(long nanos) {
    notBeforeNanos = nanos;
  }
}
