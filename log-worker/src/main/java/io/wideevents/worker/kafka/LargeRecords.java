package io.wideevents.worker.kafka;

import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records too large to be kept whole. Such a record can never be stored, and the dead-letter
 * producer's largest request is too small for it: it goes on without most of its bytes, and becomes
 * a stub among the dead letters.
 */
public final class LargeRecords {
  /** Bytes of a key or a value that are kept of a record that is cut. */
  public static final int HEAD_BYTES = 64 * 1024;

  /** A larger dead letter cannot be sent whole. */
  static final int MAX_REQUEST_BYTES = 24 * 1024 * 1024;

  // On a heap that is smaller than recommended, a record may take an eighth of it.
  private static final int HEAP_SHARE = 8;

  private LargeRecords() {}

  /** The largest record that is kept whole by a JVM with the heap of this one; in bytes. */
  static int maxBytes() {
    return (int) Math.min(MAX_REQUEST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /**
   * Whether a record is cut: it has less of its key or value than it had in the log. Its serialized
   * sizes are those in the log.
   */
  public static boolean isCut(ConsumerRecord<byte[], byte[]> record) {
    return isCut(record.key(), record.serializedKeySize())
        || isCut(record.value(), record.serializedValueSize());
  }

  /** The beginning of a key or a value. */
  static byte[] head(byte[] bytes) {
    return Arrays.copyOf(bytes, Math.min(bytes.length, HEAD_BYTES));
  }

  private static boolean isCut(byte[] bytes, int serializedSize) {
    return bytes != null && bytes.length < serializedSize;
  }
}
