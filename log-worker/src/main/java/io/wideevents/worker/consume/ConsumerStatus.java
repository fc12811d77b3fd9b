package io.wideevents.worker.consume;

import io.wideevents.worker.batch.PipelineStatus;
import java.util.List;

/**
 * What the polling thread last saw, for health and metrics. Immutable.
 *
 * @param seenNanos when, on the monotonic clock; long ago means that the thread hangs
 * @param joined whether the consumer is a member of its group
 * @param paused whether polling is paused, because enough is held or the database is down
 * @param pipeline what the pipeline was doing
 * @param lostRecords records that retention deleted before they were read
 * @param partitions the partitions this worker owns
 * @param stopped those of them that cannot be read at the moment
 */
public record ConsumerStatus(
    long seenNanos,
    boolean joined,
    boolean paused,
    PipelineStatus pipeline,
    long lostRecords,
    List<PartitionLag> partitions,
    List<StoppedPartition> stopped) {
  public ConsumerStatus {
    partitions = List.copyOf(partitions);
    stopped = List.copyOf(stopped);
  }

  /**
   * How far behind a partition is.
   *
   * @param records records in the log that are not settled; -1 when not known yet
   * @param seconds age of the first of them, about; 0 without lag
   */
  public record PartitionLag(int partition, long records, double seconds) {}

  /**
   * A partition that is paused alone, because what it holds at an offset cannot be read. Reading it
   * is tried again every minute.
   *
   * @param offset the first offset that was not read
   * @param cause what is wrong there
   */
  public record StoppedPartition(int partition, long offset, String cause) {}

  /** The status while there is no consumer: before the first, and between two. */
  static ConsumerStatus withoutConsumer(long nowNanos, long lostRecords) {
    return new ConsumerStatus(
        nowNanos, false, false, PipelineStatus.IDLE, lostRecords, List.of(), List.of());
  }
}
