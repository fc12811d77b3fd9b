package io.wideevents.worker.batch;

import java.util.List;

/**
 * One write to MongoDB that is in flight.
 *
 * @param origin where its records come from
 * @param records the records in the order of the outcomes
 * @param retries the same records with their history; empty when this is their first write
 * @param concludedBefore total number of records that had been stored or rejected when the write
 *     began
 */
record Write(
    Origin origin,
    Batch batch,
    List<PendingRecord> records,
    List<RetryRecord> retries,
    long concludedBefore) {

  enum Origin {
    /** A batch of records that were not written before. */
    FRESH,
    /** Records from the retry queue. */
    RETRY,
    ISOLATED
  }

  /** The history of the record at an index; a new one after the record's first write. */
  RetryRecord retry(int index) {
    if (retries.isEmpty()) {
      return new RetryRecord(records.get(index));
    }
    RetryRecord known = retries.get(index);
    known.attempted();
    return known;
  }

  /** Number of writes of the record at an index, including this write. */
  int attempts(int index) {
    return retries.isEmpty() ? 1 : retries.get(index).attempts() + 1;
  }
}
