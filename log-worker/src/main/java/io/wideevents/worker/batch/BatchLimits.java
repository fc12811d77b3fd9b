package io.wideevents.worker.batch;

import java.time.Duration;

/**
 * Limits that decide when a batch is sealed and how many records are in memory. Immutable.
 *
 * @param events events that seal a batch, at least 1
 * @param catchUpEvents largest batch while more than {@code events} records wait, at least {@code
 *     events}
 * @param batchBytes bytes of documents that seal a batch; a larger event is written alone
 * @param maxAge a batch is sealed this long after its first event was polled, however small it is
 * @param batchesInFlight batches of new records that may be in flight at once
 * @param heldBytes bytes of memory of pending records at which polling pauses
 * @param writeTimeout time after which a write without an answer fails and its records are retried;
 *     longer than the writer's own timeout
 */
public record BatchLimits(
    int events,
    int catchUpEvents,
    long batchBytes,
    Duration maxAge,
    int batchesInFlight,
    long heldBytes,
    Duration writeTimeout) {
  /** The write timeout for a writer with the default timeouts. */
  public static final Duration DEFAULT_WRITE_TIMEOUT = Duration.ofSeconds(30);

  public BatchLimits {
    if (events < 1 || catchUpEvents < events) {
      throw new IllegalArgumentException(
          "events="
              + events
              + ", catchUpEvents="
              + catchUpEvents
              + ": expected 1 <= first <= second");
    }
    if (batchBytes < 1
        || heldBytes < 1
        || batchesInFlight < 1
        || maxAge.isNegative()
        || writeTimeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "A bound of "
              + batchBytes
              + " bytes a batch, "
              + heldBytes
              + " bytes held, "
              + batchesInFlight
              + " batches, an age of "
              + maxAge
              + " or a write timeout of "
              + writeTimeout
              + " is not positive");
    }
  }

  /** Limits with the {@link #DEFAULT_WRITE_TIMEOUT}. */
  public BatchLimits(
      int events,
      int catchUpEvents,
      long batchBytes,
      Duration maxAge,
      int batchesInFlight,
      long heldBytes) {
    this(
        events,
        catchUpEvents,
        batchBytes,
        maxAge,
        batchesInFlight,
        heldBytes,
        DEFAULT_WRITE_TIMEOUT);
  }

  /**
   * New records at which polling pauses: enough for every batch in flight and one more. Records
   * that wait for a retry or for the dead-letter topic do not count.
   */
  int newRecords() {
    return (batchesInFlight + 1) * catchUpEvents;
  }
}
