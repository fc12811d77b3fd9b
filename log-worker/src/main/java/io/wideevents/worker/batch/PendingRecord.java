package io.wideevents.worker.batch;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventDocument;
import io.wideevents.worker.kafka.LargeRecords;
import io.wideevents.worker.offset.TrackedOffset;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A polled, decoded record that is neither stored nor acknowledged as a dead letter.
 *
 * <p>The original record stays in memory beside the document, because it may still have to be sent
 * to the dead-letter topic unchanged.
 *
 * @param source the record as polled
 * @param place the record's offset, completed once the record is stored or dead-lettered
 * @param content the result of decoding
 * @param polledNanos when the record was polled, on the monotonic clock
 * @param heldBytes approximate memory of the record, in bytes
 */
public record PendingRecord(
    ConsumerRecord<byte[], byte[]> source,
    TrackedOffset place,
    RecordResult content,
    long polledNanos,
    long heldBytes) {
  // Objects around the bytes: record, headers, tracked offset, document.
  private static final int OVERHEAD_BYTES = 600;

  /** Creates a pending record and estimates its memory. */
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

  /** The document to write; fails for a record that could not be decoded. */
  EventDocument document() {
    return switch (content) {
      case RecordResult.Decoded decoded -> decoded.document();
      case RecordResult.Poison poison ->
          throw new IllegalStateException("A poison message is not written: " + poison.reason());
    };
  }

  // A record that is cut counts with the bytes that are left.
  static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
