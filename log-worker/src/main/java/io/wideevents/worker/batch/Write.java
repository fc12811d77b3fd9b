package io.wideevents.worker.batch;

import java.util.List;

/**
 * One write to MongoDB that is in flight.
 *
 * @param origin where its records come from
 * @param records the records in the order of the outcomes
 * @param retries the same records with their history; empty when this is their first write
 * @param storedBefore total number of documents stored when the write began
 * @param answeredBefore total number of documents that MongoDB had answered for when the write
 *     began
 * @param deadlineNanos when the write times out, on the monotonic clock
 */
record Write(
    Origin origin,
    Batch batch,
    List<PendingRecord> records,
    List<RetryRecord> retries,
    long storedBefore,
    long answeredBefore,
    long deadlineNanos) {

  enum Origin {
    /** A batch of records that were not written before. */
    FRESH,
    /** Records from the retry queue. */
    RETRY,
    ISOLATED
  }

  /** The history of the record at an index; a new one after the record's first write. */
  RetryRecord retry(int place) {
    if (retries.isEmpty()) {
      return new RetryRecord(records.get(place));
    }
    RetryRecord known = retries.get(place);
    known.attempted();
    return known;
  }

  /** Number of writes of the record at an index, including this write. */
  int attempts(int place) {
    return retries.isEmpty() ? 1 : retries.get(place).attempts() + 1;
  }
}
