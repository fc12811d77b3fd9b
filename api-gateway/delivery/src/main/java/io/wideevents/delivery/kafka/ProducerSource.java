package io.wideevents.delivery.kafka;

import org.apache.kafka.clients.producer.Producer;

/** Builds producers that are ready to send. */
@FunctionalInterface
interface ProducerSource {
  /**
   * Builds a producer; blocks for seconds while the broker is asked for the topic.
   *
   * @throws Exception if Kafka cannot be reached, refuses, or has no such topic: try again later
   */
  Producer<byte[], byte[]> connect() throws Exception;

  /**
   * Looks after what {@link #connect} made sure of, for as long as the producer is in use; blocks
   * for seconds.
   *
   * @throws Exception if Kafka cannot be asked: try again later
   */
  default void recheck() throws Exception {}
}
