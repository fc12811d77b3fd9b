package io.wideevents.delivery.kafka;

import org.apache.kafka.clients.producer.ProducerRecord;

/** Creates the Kafka record of an event. Safe for concurrent use. */
interface RecordForm<E> {
  ProducerRecord<byte[], byte[]> record(E event);

  /**
   * Called when the broker has acknowledged the event. Runs on Kafka's sender thread and must not
   * block.
   */
  void published(E event);
}
