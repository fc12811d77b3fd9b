package io.wideevents.worker.batch;

import java.time.Duration;

/**
 * How a batch ended.
 *
 * @param stored events stored, now or before
 * @param deadLettered records sent to the dead-letter topic
 * @param took from the sealing of the batch until its last record was settled
 */
public record SettledBatch(int stored, int deadLettered, Duration took) {
  /** Records that were settled; those handed back with their partition are not. */
  public int records() {
    return stored + deadLettered;
  }
}
