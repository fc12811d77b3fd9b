package io.wideevents.worker.batch;

import java.util.List;

/**
 * One write to MongoDB that is under way.
 *
 * @param origin where its records come from
 * @param records what is written, in the order of the outcomes
 * @param retries the same records with their history; empty when this is their first write
 * @param storedBefore documents stored in total when the write began
 * @param answeredBefore documents that MongoDB had answered for in total when the write began
 * @param deadlineNanos when the write is given up, on the monotonic clock
 */
record Write(
    Origin origin,
    Batch batch,
    List<PendingRecord> records,
    List<RetryRecord> retries,
    long storedBefore,
    long answeredBefore,
    long deadlineNanos) {

  /** Where the records of a write come from. */
  enum Origin {
    /** A batch of records that were not written before. */
    FRESH,
    /** Records that wait for a retry together. */
    RETRY,
    /** One isolated record. */
    ISOLATED
  }

  /** The history of the record at a place; a new one after the record's first write. */
  RetryRecord retry(int place) {
    if (retries.isEmpty()) {
      return new RetryRecord(records.get(place));
    }
    RetryRecord known = retries.get(place);
    known.attempted();
    return known;
  }

  /** How often the record at a place was written, this write included. */
  int attempts(int place) {
    return retries.isEmpty() ? 1 : retries.get(place).attempts() + 1;
  }
}
