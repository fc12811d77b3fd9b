package io.wideevents.worker.batch;

import java.util.List;

/**
 * Records of one batch that are written together: at first the whole batch, later what is left of
 * it, or a record alone.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class Chunk {
  private final Batch batch;
  private final List<PendingRecord> records;

  /** How often these records were written, in this chunk or in the ones it came from. */
  private final int writesBefore;

  private int failures;
  private int failuresAlone;
  private boolean neighboursStored;
  private long storedAtFirstFailureAlone;
  private long notBeforeNanos;

  Chunk(Batch batch, List<PendingRecord> records, int writesBefore, long notBeforeNanos) {
    this.batch = batch;
    this.records = records;
    this.writesBefore = writesBefore;
    this.notBeforeNanos = notBeforeNanos;
  }

  Batch batch() {
    return batch;
  }

  List<PendingRecord> records() {
    return records;
  }

  /** Writes these records went through, the one that just ended included. */
  int attempts() {
    return writesBefore + failures + 1;
  }

  int failures() {
    return failures;
  }

  void failed() {
    failures++;
  }

  /** Notes that most of the records written together with this one were stored. */
  Chunk neighboursStored() {
    neighboursStored = true;
    return this;
  }

  /**
   * Notes that the record failed alone, with an answer about this very document.
   *
   * @param storedSoFar documents the writer has stored in its life
   * @return whether the record is the culprit: it keeps failing alone while others are stored
   */
  boolean failedAlone(long storedSoFar) {
    if (failuresAlone++ == 0) {
      storedAtFirstFailureAlone = storedSoFar;
    }
    return failuresAlone >= WriteStage.FAILURES_ALONE_OF_A_CULPRIT
        && (neighboursStored || storedSoFar > storedAtFirstFailureAlone);
  }

  long notBeforeNanos() {
    return notBeforeNanos;
  }

  void notBefore(long nanos) {
    notBeforeNanos = nanos;
  }
}
