package io.wideevents.worker.kafka;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Where the polling thread gets its consumer from, and whom it tells whether a broker answers.
 *
 * <p>Called by one thread at a time.
 */
public interface ConsumerSource {
  /**
   * A consumer that is not subscribed yet; the topics exist. Blocks for about ten seconds at most.
   * Closed by the caller.
   *
   * @throws KafkaException if Kafka cannot be reached, or a topic is absent and may not be created
   */
  Consumer<byte[], byte[]> newConsumer();

  /** The most records that a poll of such a consumer returns. */
  int maxPollRecords();

  /**
   * Reads a single partition, for what a consumer cannot read. Does not block; closed by the
   * caller.
   */
  PartitionReader newPartitionReader();

  /** Notes that a broker answers. */
  void connected();

  /** Notes that no broker can be used. */
  void failed(Throwable cause);
}
