package io.wideevents.kafka.partition;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteUtils;
import org.jspecify.annotations.Nullable;

/**
 * The records of one batch of Kafka's message format 2, decompressed one after the other. Kafka's
 * own iterator allocates a record before its size can be checked. This one skips the bytes of a
 * record beyond its limit.
 */
final class RecordStream implements AutoCloseable {
  private static final int MAX_VARINT_BYTES = 5;

  private final TopicPartition partition;
  private final DefaultRecordBatch batch;
  private final int maxRecordBytes;
  private final InputStream in;
  private final Optional<Integer> leaderEpoch;
  private int left;

  RecordStream(TopicPartition partition, DefaultRecordBatch batch, int maxRecordBytes) {
    this.partition = partition;
    this.batch = batch;
    this.maxRecordBytes = maxRecordBytes;
    this.in = batch.recordInputStream(BufferSupplier.NO_CACHING);
    this.left = batch.countOrNull();
    this.leaderEpoch =
        batch.partitionLeaderEpoch() < 0
            ? Optional.empty()
            : Optional.of(batch.partitionLeaderEpoch());
  }

  /**
   * The next record; null after the last.
   *
   * @throws IOException if the batch contradicts its header
   */
  @Nullable ConsumerRecord<byte[], byte[]> next() throws IOException {
    if (left == 0) {
      return null;
    }
    left--;
    int size = ByteUtils.readVarint(in);
    Body body = new Body(in, size);
    boolean large = size > maxRecordBytes;
    body.skip(1); // attributes, which are not used yet
    long timestampDelta = ByteUtils.readVarlong(body);
    int offsetDelta = ByteUtils.readVarint(body);
    int keyBytes = ByteUtils.readVarint(body);
    byte @Nullable [] key = body.bytes(keyBytes, large);
    int valueBytes = ByteUtils.readVarint(body);
    byte @Nullable [] value = body.bytes(valueBytes, large);
    Headers headers = new RecordHeaders();
    int headerCount = large ? 0 : ByteUtils.readVarint(body);
    large |= size + (long) headerCount * Stretch.HEADER_OVERHEAD_BYTES > maxRecordBytes;
    if (large) {
      // The headers may be what makes the record large. They count with the value.
      valueBytes = size - Math.max(0, keyBytes);
      value = value == null ? new byte[0] : value;
      body.skip(body.left);
    } else {
      readHeaders(body, headerCount, headers);
    }
    boolean appendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        batch.baseOffset() + offsetDelta,
        appendTime ? batch.maxTimestamp() : batch.baseTimestamp() + timestampDelta,
        batch.timestampType(),
        keyBytes,
        valueBytes,
        key,
        value,
        headers,
        leaderEpoch);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static void readHeaders(Body body, int count, Headers headers) throws IOException {
    for (int i = 0; i < count; i++) {
      byte @Nullable [] name = body.bytes(ByteUtils.readVarint(body), false);
      byte @Nullable [] value = body.bytes(ByteUtils.readVarint(body), false);
      if (name == null) {
        throw new IOException("A header has no name");
      }
      headers.add(new String(name, UTF_8), value);
    }
    if (body.left != 0) {
      throw new IOException("A record has " + body.left + " bytes behind its headers");
    }
  }

  /**
   * The bytes of one record. The stream ends where the record ends, whatever lengths the record
   * claims.
   */
  private static final class Body extends InputStream {
    private final InputStream in;
    private int left;

    Body(InputStream in, int size) throws IOException {
      if (size < MAX_VARINT_BYTES) {
        throw new IOException("A record has a size of " + size);
      }
      this.in = in;
      this.left = size;
    }

    @Override
    public int read() throws IOException {
      use(1);
      int next = in.read();
      if (next < 0) {
        throw new EOFException("The batch ends within a record");
      }
      return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }

    void skip(int bytes) throws IOException {
      use(bytes);
      in.skipNBytes(bytes);
    }

    /**
     * Reads a key or value of this length, or its first bytes if {@code cut}; null for a length of
     * -1.
     */
    byte @Nullable [] bytes(int length, boolean cut) throws IOException {
      if (length < 0) {
        return null;
      }
      use(length);
      byte[] bytes = in.readNBytes(cut ? Math.min(length, Stretch.HEAD_BYTES) : length);
      in.skipNBytes((long) length - bytes.length);
      return bytes;
    }

    private void use(int bytes) throws IOException {
      if (bytes > left) {
        throw new IOException("A part of a record is longer than the record");
      }
      left -= bytes;
    }
  }
}
