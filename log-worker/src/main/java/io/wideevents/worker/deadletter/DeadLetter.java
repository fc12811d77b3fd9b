package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterReason;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that can never become a document, and why. Immutable; shares the record's bytes.
 *
 * @param source the record as it was polled
 * @param error what exactly is wrong, without any of the content
 * @param attempts how often the database was asked to store it; 0 when it could not even be decoded
 */
public record DeadLetter(
    ConsumerRecord<byte[], byte[]> source, DeadLetterReason reason, String error, int attempts) {}
