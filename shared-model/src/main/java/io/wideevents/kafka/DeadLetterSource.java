package io.wideevents.kafka;

import io.wideevents.event.DeadLetterReason;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The original record of a dead letter, and the error. Immutable; shares the record's bytes.
 *
 * @param original the record with its own headers; its key or value may be cut
 * @param keyBytes length of the key before it was cut
 * @param valueBytes length of the value before it was cut, headers included
 * @param timestampMillis when the record arrived at its origin, in milliseconds since the epoch
 * @param error what exactly is wrong, without any of the content
 * @param attempts how often the database was asked to store the record
 */
public record DeadLetterSource(
    ProducerRecord<byte[], byte[]> original,
    int keyBytes,
    int valueBytes,
    DeadLetterOrigin origin,
    long timestampMillis,
    DeadLetterReason reason,
    String error,
    int attempts) {
  /** Whether the key or the value is cut. Such a record is always sent as a stub. */
  public boolean isCut() {
    return isCut(original.key(), keyBytes) || isCut(original.value(), valueBytes);
  }

  /** Whether a key or a value has fewer bytes than it had in the log. */
  public static boolean isCut(byte @Nullable [] bytes, int lengthBefore) {
    return bytes != null && bytes.length < lengthBefore;
  }
}
