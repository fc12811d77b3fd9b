package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Stands in for a record that even the dead-letter topic is too small for: enough to identify it,
 * and to find it while the source topic still has it.
 */
final class DeadLetterStub {
  static final int HEAD_BYTES = 64 * 1024;
  static final int MAX_KEY_BYTES = 8 * 1024;

  private DeadLetterStub() {}

  /** The stub as JSON: coordinates, sizes, hash, and the first 64 KiB of the value in base64. */
  static byte[] value(ConsumerRecord<byte[], byte[]> source) {
    byte[] value = source.value() == null ? new byte[0] : source.value();
    byte[] head = Arrays.copyOf(value, Math.min(value.length, HEAD_BYTES));
    // Topic names hold only letters, digits, '.', '_' and '-', so nothing here needs escaping.
    return """
    {"topic":"%s","partition":%d,"offset":%d,"keyBytes":%d,"valueBytes":%d,"sha256":"%s","head":"%s"}"""
        .formatted(
            source.topic(),
            source.partition(),
            source.offset(),
            Math.max(0, source.serializedKeySize()),
            value.length,
            HexFormat.of().formatHex(sha256(value)),
            Base64.getEncoder().encodeToString(head))
        .getBytes(UTF_8);
  }

  /** The record's key, unless it is itself large. */
  static byte[] key(ConsumerRecord<byte[], byte[]> source) {
    byte[] key = source.key();
    return key == null || key.length > MAX_KEY_BYTES ? new byte[0] : key;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
