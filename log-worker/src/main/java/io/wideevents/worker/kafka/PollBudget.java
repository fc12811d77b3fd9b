package io.wideevents.worker.kafka;

import io.wideevents.kafka.partition.Stretch;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Limits the bytes that one poll returns. Kafka's own limits count records and compressed bytes:
 * 250 records of 2 MB can come out of a few kilobytes.
 *
 * <p>Works through the deserializers. Once a poll has returned enough bytes, the next record's key
 * or value fails to deserialize. The consumer then returns the records before that one. The next
 * poll, which has its own budget, deserializes that record again. A single record of any size
 * passes.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class PollBudget {
  private final long maxBytes;
  private final int maxRecordBytes;
  private long used;
  private long keyBytes;

  /**
   * @param maxBytes bytes that a poll may return, not counting its last record
   * @param maxRecordBytes larger keys and values are cut, see {@link LargeRecords}
   */
  PollBudget(long maxBytes, int maxRecordBytes) {
    this.maxBytes = maxBytes;
    this.maxRecordBytes = maxRecordBytes;
  }

  /** Starts a poll. */
  void begin() {
    used = 0;
    keyBytes = 0;
  }

  Deserializer<byte[]> keys() {
    return new Bounded() {
      @Override
      void take(long bytes) {
        // The key bytes of the previous record remain here if that record had no value.
        keyBytes = 0;
        use(bytes);
        keyBytes = bytes;
      }
    };
  }

  Deserializer<byte[]> values() {
    return new Bounded() {
      @Override
      void take(long bytes) {
        use(bytes);
        keyBytes = 0;
      }
    };
  }

  // The key of a record does not count when its value is checked. Otherwise a record whose key uses
  // up the budget would fail for its value.
  private void use(long bytes) {
    if (used - keyBytes >= maxBytes) {
      throw new PollFullException();
    }
    used += bytes;
  }

  /** A deserializer that copies the bytes, as Kafka's own does. */
  private abstract class Bounded implements Deserializer<byte[]> {
    abstract void take(long bytes);

    @Override
    public byte[] deserialize(String topic, byte[] data) {
      take(data.length);
      return data.length > maxRecordBytes ? LargeRecords.head(data) : data;
    }

    @Override
    public byte[] deserialize(String topic, Headers headers, ByteBuffer data) {
      // The consumer reads the record's size from this buffer afterwards, so its position must not
      // change.
      ByteBuffer bytes = data.duplicate();
      int size = bytes.remaining();
      take(size + LargeRecords.headerBytes(headers));
      byte[] copy = new byte[size > maxRecordBytes ? Math.min(size, Stretch.HEAD_BYTES) : size];
      bytes.get(copy);
      return copy;
    }
  }

  /** Ends a poll that has returned enough. Not thrown out of {@code poll}. */
  static final class PollFullException extends SerializationException {
    private static final long serialVersionUID = 1;

    PollFullException() {
      super("This poll has returned as many bytes as it may; the next poll continues here");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
