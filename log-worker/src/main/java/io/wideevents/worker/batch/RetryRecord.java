package io.wideevents.worker.batch;

import io.wideevents.event.EventId;
import io.wideevents.mongo.Suspect;

/**
 * A record whose last write did not decide what becomes of it.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
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

  /** The id of the event; only records with an event are written. */
  EventId eventId() {
    return WriteStage.document(record).id();
  }

  boolean isVoid() {
    return record.place().isVoid();
  }

  /** The evidence that the record can never be stored. */
  Suspect suspect() {
    return suspect;
  }

  /** Writes this record was part of. */
  int attempts() {
    return attempts;
  }

  void attempted() {
    attempts++;
  }

  /** Failed writes that held this record alone. */
  int failuresAlone() {
    return failuresAlone;
  }

  /**
   * Records a failed write that held this record alone.
   *
   * @param answeredBefore documents that MongoDB had answered for in total when the write began
   */
  void failedAlone(long answeredBefore) {
    othersAnswered = failuresAlone > 0 && answeredBefore > answeredBeforeLastFailure;
    answeredBeforeLastFailure = answeredBefore;
    failuresAlone++;
  }

  /**
   * Whether the record failed alone twice, and MongoDB answered for other documents in between: the
   * next failure says nothing about MongoDB.
   */
  boolean failsWhileOthersAreAnswered() {
    return othersAnswered;
  }

  /** Counts one more write alone that is to come, and returns how many there were. */
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
