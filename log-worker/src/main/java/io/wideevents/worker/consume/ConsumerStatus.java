package io.wideevents.worker.consume;

import io.wideevents.worker.batch.PipelineStatus;
import java.util.List;

/**
 * The state that the polling thread published last, for health and metrics. Immutable.
 *
 * @param seenNanos when the state was published, on the monotonic clock; an old value means that
 *     the polling thread hangs
 * @param joined whether the consumer is a member of its group
 * @param paused whether polling is paused, because the memory limit is reached or the database is
 *     down
 * @param pipeline the state of the pipeline
 * @param lostRecords records that retention deleted before they were read
 * @param partitions the partitions assigned to this worker
 * @param stopped the assigned partitions that cannot be read at the moment
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
   * The lag of a partition.
   *
   * @param records records in the log that are not complete; -1 when not known yet
   * @param seconds approximate age of the first of them, in seconds; 0 without lag
   */
  public record PartitionLag(int partition, long records, double seconds) {}

  /**
   * A partition that is paused alone because the data at an offset cannot be read. The worker
   * retries it at intervals of 5 s to one minute.
   *
   * @param offset the first offset that was not read
   * @param cause why the data cannot be read
   */
  public record StoppedPartition(int partition, long offset, String cause) {}

  /** This status after the consumer has joined its group, before it has read anything. */
  ConsumerStatus afterJoining() {
    return new ConsumerStatus(seenNanos, true, paused, pipeline, lostRecords, partitions, stopped);
  }

  /**
   * The status while there is no consumer: before the first consumer, and between two consumers.
   */
  static ConsumerStatus withoutConsumer(long nowNanos, long lostRecords) {
    return new ConsumerStatus(
        nowNanos, false, false, PipelineStatus.IDLE, lostRecords, List.of(), List.of());
  }
}
