package io.wideevents.worker.batch;

import io.wideevents.codec.RecordResult;
import io.wideevents.worker.kafka.LargeRecords;
import io.wideevents.worker.offset.TrackedOffset;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A polled, decoded record that is not settled yet.
 *
 * <p>It keeps the original record alive beside the document: until the database has taken the
 * document it may still have to go to the dead-letter topic, unchanged.
 *
 * @param source the record as polled
 * @param place to be completed once the record is stored or dead-lettered
 * @param content what decoding made of it
 * @param polledNanos when it was polled, on the monotonic clock
 * @param heldBytes bytes of memory it keeps alive, about
 */
public record PendingRecord(
    ConsumerRecord<byte[], byte[]> source,
    TrackedOffset place,
    RecordResult content,
    long polledNanos,
    long heldBytes) {
  // Objects around the bytes: record, headers, tracking, document.
  private static final int OVERHEAD_BYTES = 600;

  /** A record with its memory counted. */
  public static PendingRecord of(
      ConsumerRecord<byte[], byte[]> source,
      TrackedOffset place,
      RecordResult content,
      long polledNanos) {
    long bytes = (long) OVERHEAD_BYTES + length(source.key()) + length(source.value());
    bytes += LargeRecords.headerBytes(source.headers());
    if (content instanceof RecordResult.Decoded decoded) {
      bytes += decoded.document().sizeBytes();
    }
    return new PendingRecord(source, place, content, polledNanos, bytes);
  }

  // Of a record that is cut, what is left.
  static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
