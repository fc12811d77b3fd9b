package io.wideevents.worker.batch;

import java.time.Duration;

/**
 * When a batch is sealed and how much may be held at once.
 *
 * @param events events that seal a batch, at least 1
 * @param catchUpEvents events a batch may take while more than {@code events} records already wait,
 *     at least {@code events}
 * @param batchBytes bytes of documents that seal a batch; a larger event goes alone
 * @param maxAge a batch is sealed this long after its first event, however small it is
 * @param batchesInFlight batches that may be unsettled at once
 * @param heldBytes memory of unsettled records at which polling pauses
 */
public record BatchLimits(
    int events,
    int catchUpEvents,
    long batchBytes,
    Duration maxAge,
    int batchesInFlight,
    long heldBytes) {
  public BatchLimits {
    if (events < 1 || catchUpEvents < events) {
      throw new IllegalArgumentException(
          "events="
              + events
              + ", catchUpEvents="
              + catchUpEvents
              + ": expected 1 <= first <= second");
    }
    if (batchBytes < 1 || heldBytes < 1 || batchesInFlight < 1 || maxAge.isNegative()) {
      throw new IllegalArgumentException(
          "A bound of "
              + batchBytes
              + " bytes a batch, "
              + heldBytes
              + " bytes held, "
              + batchesInFlight
              + " batches or an age of "
              + maxAge
              + " is not positive");
    }
  }

  /** Records held at which polling pauses: what fills every batch in flight and one to come. */
  int heldRecords() {
    return (batchesInFlight + 1) * catchUpEvents;
  }
}
