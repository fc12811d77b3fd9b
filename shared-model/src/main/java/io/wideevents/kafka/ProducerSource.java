package io.wideevents.kafka;

import org.apache.kafka.clients.producer.Producer;

/** Builds producers that are ready to send to one topic. Used by one thread at a time. */
@FunctionalInterface
public interface ProducerSource {
  /**
   * Builds a producer after the topic was checked or created. Blocks for seconds while the broker
   * is asked for the topic. The caller closes the producer.
   *
   * @throws Exception if Kafka cannot be reached, rejects the client, or has no such topic; the
   *     caller retries later
   */
  Producer<byte[], byte[]> connect() throws Exception;

  /**
   * Checks again what {@link #connect} checked, while the producer is in use. Blocks for seconds.
   *
   * @throws Exception if Kafka does not answer; the caller retries later
   */
  default void recheck() throws Exception {}
}
