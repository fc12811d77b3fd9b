package io.wideevents.worker.batch;

import java.time.Duration;

/**
 * A snapshot of a {@link BatchPipeline}. Immutable.
 *
 * @param databaseDown whether the most recent attempts to write to MongoDB failed and records wait
 *     for it
 * @param databaseDownReason the server's code and text; empty while MongoDB takes writes
 * @param circuitOpen whether the dead-letter circuit breaker is open
 * @param heldRecords records polled and not complete
 * @param waitingRecords those of them that wait for a retry or for the dead-letter topic
 * @param isolatedRecords those of them that are written alone, because MongoDB failed on them while
 *     it took others
 * @param oldestWrite how long the oldest write has been in flight; zero when there is none
 * @param fullFor for how long the pipeline has been full, so that polling pauses; zero when it is
 *     not
 */
public record PipelineStatus(
    boolean databaseDown,
    String databaseDownReason,
    boolean circuitOpen,
    int heldRecords,
    int waitingRecords,
    int isolatedRecords,
    Duration oldestWrite,
    Duration fullFor) {
  /** The status of a pipeline without records. */
  public static final PipelineStatus IDLE =
      new PipelineStatus(false, "", false, 0, 0, 0, Duration.ZERO, Duration.ZERO);
}
