package io.wideevents.worker.batch;

import java.time.Duration;

/**
 * The result of one write.
 *
 * @param stored events stored by this write or before
 * @param deadLettered records that become dead letters
 * @param took from the start of the write until it ended
 */
public record CompletedBatch(int stored, int deadLettered, Duration took) {
  /** Number of completed records. Records that are retried or discarded do not count. */
  public int records() {
    return stored + deadLettered;
  }
}
