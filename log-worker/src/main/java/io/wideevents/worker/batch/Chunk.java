package io.wideevents.worker.batch;

import io.wideevents.mongo.Suspect;
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

  /** What speaks against the record, when there is only one. */
  private final Suspect suspect = new Suspect();

  private int failures;
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

  Suspect suspect() {
    return suspect;
  }

  long notBeforeNanos() {
    return notBeforeNanos;
  }

  void notBefore(long nanos) {
    notBeforeNanos = nanos;
  }
}
