package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Stands in for a record that even the dead-letter topic is too small for: enough to identify it,
 * and to find it while the source topic still has it.
 */
final class DeadLetterStub {
  static final int HEAD_BYTES = DeadLetterFormat.STUB_HEAD_BYTES;
  static final int MAX_KEY_BYTES = DeadLetterFormat.STUB_MAX_KEY_BYTES;

  private DeadLetterStub() {}

  /** The stub as JSON: coordinates, sizes, hash, and the first 64 KiB of the value in base64. */
  static byte[] value(ConsumerRecord<byte[], byte[]> source) {
    // Topic names hold only letters, digits, '.', '_' and '-', so nothing here needs escaping.
    String place =
        "\"topic\":\"%s\",\"partition\":%d,\"offset\":%d"
            .formatted(source.topic(), source.partition(), source.offset());
    return DeadLetterFormat.stub(
        place,
        Math.max(0, source.serializedKeySize()),
        source.value() == null ? new byte[0] : source.value());
  }

  /** The record's key, unless it is itself large. */
  static byte[] key(ConsumerRecord<byte[], byte[]> source) {
    byte[] key = source.key();
    return key == null || key.length > MAX_KEY_BYTES ? new byte[0] : key;
  }
}
