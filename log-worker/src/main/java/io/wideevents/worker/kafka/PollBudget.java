package io.wideevents.worker.kafka;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Bounds the bytes that one poll returns. Kafka's own bounds count records, and bytes as they are
 * compressed: 250 records of 2 MB can come out of a few kilobytes.
 *
 * <p>Works through the deserializers. Once a poll has returned enough, the next record's key or
 * value fails to deserialize. The consumer then returns the records before that one, and
 * deserializes that one again in the next poll, which has a budget of its own. A single record of
 * any size passes.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class PollBudget {
  private final long maxBytes;
  private final int maxRecordBytes;
  private long used;
  private long keyBytes;

  /**
   * @param maxBytes what a poll may return, but for its last record
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
        // Not of the record before, which had no value.
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

  // A record whose own key uses up the budget must not fail for its value.
  private void use(long bytes) {
    if (used - keyBytes >= maxBytes) {
      throw new PollFullException();
    }
    used += bytes;
  }

  /** A deserializer that copies, as Kafka's own does. */
  private abstract class Bounded implements Deserializer<byte[]> {
    abstract void take(long bytes);

    @Override
    public byte[] deserialize(String topic, byte[] data) {
      take(data.length);
      return data.length > maxRecordBytes ? LargeRecords.head(data) : data;
    }

    @Override
    public byte[] deserialize(String topic, Headers headers, ByteBuffer data) {
      // The consumer reads the record's size from this buffer afterwards: its position must stay.
      ByteBuffer bytes = data.duplicate();
      int size = bytes.remaining();
      take(size + LargeRecords.headerBytes(headers));
      byte[] copy =
          new byte[size > maxRecordBytes ? Math.min(size, LargeRecords.HEAD_BYTES) : size];
      bytes.get(copy);
      return copy;
    }
  }

  /** Ends a poll that has returned enough. Never leaves {@code poll}. */
  static final class PollFullException extends SerializationException {
    private static final long serialVersionUID = 1;

    PollFullException() {
      super("This poll has returned as many bytes as it may; the next goes on here");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
