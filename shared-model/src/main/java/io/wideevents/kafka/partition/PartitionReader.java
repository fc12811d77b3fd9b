package io.wideevents.kafka.partition;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads one partition at a time, without a group, batch by batch. It serves data that a consumer
 * cannot read: a consumer decompresses a record whatever its size, and does not report which
 * partition's batch is corrupt.
 *
 * <p>Not thread-safe. The caller closes it.
 */
public interface PartitionReader extends AutoCloseable {
  /**
   * Fetches from an offset on: one batch or more, at most about 1 MiB unless the first batch is
   * larger. Blocks for a few seconds at most.
   *
   * @param leader the partition's leader
   * @param from the offset, with the leader epoch of the record below it, if known
   * @throws OffsetOutOfRangeException if the log does not have the offset
   * @throws org.apache.kafka.clients.consumer.LogTruncationException if the log was truncated below
   *     the offset and may have other records there now
   * @throws KafkaException if the leader does not answer or rejects the request; a later call may
   *     succeed
   */
  Stretch read(Node leader, TopicPartition partition, OffsetAndMetadata from);

  @Override
  void close();
}
