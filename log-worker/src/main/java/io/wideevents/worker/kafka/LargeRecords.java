package io.wideevents.worker.kafka;

import io.wideevents.kafka.DeadLetterSource;
import io.wideevents.kafka.partition.Stretch;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Handles records that are too large to be kept whole. Such a record cannot be stored, and it
 * exceeds the largest request of the dead-letter producer. It is cut, and becomes a stub in the
 * dead-letter topic.
 */
public final class LargeRecords {
  /**
   * Largest request of the dead-letter producer, in bytes. A larger dead letter cannot be sent
   * whole.
   */
  static final int MAX_REQUEST_BYTES = 24 * 1024 * 1024;

  // On a heap smaller than recommended, a record may use an eighth of the heap.
  private static final int HEAP_SHARE = 8;

  private LargeRecords() {}

  /** The largest record that this JVM keeps whole, in bytes; depends on the heap. */
  static int maxBytes() {
    return (int) Math.min(MAX_REQUEST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /**
   * Whether a record is cut: its key, value or headers have fewer bytes than in the log. The
   * record's serialized sizes are those in the log.
   */
  public static boolean isCut(ConsumerRecord<byte[], byte[]> record) {
    return DeadLetterSource.isCut(record.key(), record.serializedKeySize())
        || DeadLetterSource.isCut(record.value(), record.serializedValueSize());
  }

  /**
   * Memory of the headers, in bytes. The objects of a short header take far more memory than its
   * bytes.
   */
  public static long headerBytes(Headers headers) {
    long bytes = 0;
    for (Header header : headers) {
      byte @Nullable [] value = header.value();
      bytes +=
          Stretch.HEADER_OVERHEAD_BYTES
              + header.key().length()
              + (value == null ? 0 : value.length);
    }
    return bytes;
  }

  /** Returns the record, or a cut copy without headers if the headers take too much memory. */
  public static ConsumerRecord<byte[], byte[]> cutHeaders(ConsumerRecord<byte[], byte[]> record) {
    long headerBytes = headerBytes(record.headers());
    if (headerBytes <= maxBytes()) {
      return record;
    }
    byte[] value = record.value() == null ? new byte[0] : record.value();
    long sizeInLog = Math.max(0, record.serializedValueSize()) + headerBytes;
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.timestampType(),
        record.serializedKeySize(),
        (int) Math.min(Integer.MAX_VALUE, sizeInLog),
        record.key(),
        value,
        new RecordHeaders(),
        record.leaderEpoch());
  }

  /** The first bytes of a key or a value. */
  static byte[] head(byte[] bytes) {
    return Arrays.copyOf(bytes, Math.min(bytes.length, Stretch.HEAD_BYTES));
  }
}
