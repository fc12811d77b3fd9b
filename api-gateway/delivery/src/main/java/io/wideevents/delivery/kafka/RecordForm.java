package io.wideevents.delivery.kafka;

import org.apache.kafka.clients.producer.ProducerRecord;

/** How an event becomes a Kafka record. Safe for concurrent use. */
interface RecordForm<E> {
  ProducerRecord<byte[], byte[]> record(E event);

  /** The broker has it. Runs on Kafka's sender thread: must return at once. */
  void published(E event);
}
