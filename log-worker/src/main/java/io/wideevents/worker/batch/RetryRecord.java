package io.wideevents.worker.batch;

import io.wideevents.event.EventId;
import io.wideevents.mongo.Suspect;

/** A record whose last write had no conclusive outcome. */
final class RetryRecord {
  private final PendingRecord record;
  private final Suspect suspect = new Suspect();
  private int attempts = 1;
  private int failuresAlone;
  private long answeredBeforeLastFailure;
  private boolean othersAnswered;
  private int isolatedFailures;
  private long notBeforeNanos;

  RetryRecord(PendingRecord record) {
    this.record = record;
  }

  PendingRecord record() {
    return record;
  }

  EventId eventId() {
    return WriteStage.document(record).id();
  }

  boolean isVoid() {
    return record.place().isVoid();
  }

  /** The evidence that the record is a poison record. */
  Suspect suspect() {
    return suspect;
  }

  /** Number of writes that this record was part of. */
  int attempts() {
    return attempts;
  }

  void attempted() {
    attempts++;
  }

  /** Number of failed writes that held this record alone. */
  int failuresAlone() {
    return failuresAlone;
  }

  /**
   * Reports a failed write that held this record alone.
   *
   * @param answeredBefore total number of documents that MongoDB had answered for when the write
   *     began
   */
  void failedAlone(long answeredBefore) {
    othersAnswered = failuresAlone > 0 && answeredBefore > answeredBeforeLastFailure;
    answeredBeforeLastFailure = answeredBefore;
    failuresAlone++;
  }

  /**
   * Whether the record failed alone twice and MongoDB answered for other documents in between. The
   * next failure then says nothing about MongoDB.
   */
  boolean failsWhileOthersAreAnswered() {
    return othersAnswered;
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
