package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.kafka.DeadLetterOrigin;
import io.wideevents.kafka.DeadLetterSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record that can never become a document, and the reason. Immutable; shares the record's bytes.
 *
 * @param source the record as it was polled
 * @param error what is wrong, without any of the content
 * @param attempts number of writes to the database; 0 when the record could not be decoded
 */
public record DeadLetter(
    ConsumerRecord<byte[], byte[]> source, DeadLetterReason reason, String error, int attempts) {
  /** The source of the record for the dead-letter topic. */
  DeadLetterSource toSource() {
    return new DeadLetterSource(
        new ProducerRecord<>(source.topic(), null, source.key(), source.value(), source.headers()),
        Math.max(0, source.serializedKeySize()),
        source.serializedValueSize(),
        new DeadLetterOrigin.Topic(source.topic(), source.partition(), source.offset()),
        source.timestamp(),
        reason,
        error,
        attempts);
  }
}
