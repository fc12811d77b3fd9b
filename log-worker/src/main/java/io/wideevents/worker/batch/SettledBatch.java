package io.wideevents.worker.batch;

import java.time.Duration;

/**
 * What one write concluded.
 *
 * @param stored events stored, now or before
 * @param deadLettered records that become dead letters
 * @param took from the start of the write until it ended
 */
public record SettledBatch(int stored, int deadLettered, Duration took) {
  /** Records that were concluded; those that are retried or handed back are not. */
  public int records() {
    return stored + deadLettered;
  }
}
