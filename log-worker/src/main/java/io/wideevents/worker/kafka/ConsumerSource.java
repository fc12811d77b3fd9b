package io.wideevents.worker.kafka;

import io.wideevents.kafka.partition.PartitionReader;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Creates the consumer of the polling thread, and receives whether a broker answers.
 *
 * <p>Called by one thread at a time.
 */
public interface ConsumerSource {
  /**
   * Creates a consumer that is not subscribed. The topics exist afterwards. Blocks for about ten
   * seconds at most. The caller closes the consumer.
   *
   * @throws KafkaException if Kafka cannot be reached, or a topic is absent and may not be created
   */
  Consumer<byte[], byte[]> newConsumer();

  /** Largest number of records that a poll of such a consumer returns. */
  int maxPollRecords();

  /**
   * Creates a reader of single partitions, for data that a consumer cannot read. Does not block.
   * The caller closes the reader.
   */
  PartitionReader newPartitionReader();

  /** Reports that a broker answers. */
  void connected();

  /** Reports that no broker can be used. */
  void failed(Throwable cause);
}
