package io.wideevents.worker.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.WireFormat;
import io.wideevents.worker.kafka.LargeRecords;
import io.wideevents.worker.offset.TrackedOffset;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes records one by one, so that a bad record does not affect the others. Does not block and
 * does not fail on any content: a record on which the decoder fails is poison.
 */
public final class RecordIntake {
  private static final Logger LOG = LoggerFactory.getLogger(RecordIntake.class);

  // A record whose value has at least this size counts as the cause of an OutOfMemoryError.
  private static final int LARGE_BYTES = 1024 * 1024;

  private final RecordDecoder decoder;
  private final LongSupplier nanoClock;

  public RecordIntake(RecordDecoder decoder, LongSupplier nanoClock) {
    this.decoder = decoder;
    this.nanoClock = nanoClock;
  }

  /** Decodes a polled record. */
  public PendingRecord take(ConsumerRecord<byte[], byte[]> record, TrackedOffset place) {
    ConsumerRecord<byte[], byte[]> kept = LargeRecords.cutHeaders(record);
    return PendingRecord.of(kept, place, decode(kept), nanoClock.getAsLong());
  }

  private RecordResult decode(ConsumerRecord<byte[], byte[]> record) {
    if (LargeRecords.isCut(record)) {
      return new RecordResult.Poison(
          DeadLetterReason.TOO_LARGE,
          "The record has a key of %d bytes and %d bytes besides, too many to be kept whole"
              .formatted(
                  Math.max(0, record.serializedKeySize()),
                  Math.max(0, record.serializedValueSize())));
    }
    try {
      return decoder.decode(
          record.value(),
          text(record, WireFormat.EVENT_ID_HEADER),
          text(record, WireFormat.SCHEMA_HEADER),
          Instant.ofEpochMilli(record.timestamp()));
    } catch (OutOfMemoryError e) {
      if (PendingRecord.length(record.value()) < LARGE_BYTES) {
        throw e; // the record is not the cause: other objects fill the heap
      }
      return new RecordResult.Poison(
          DeadLetterReason.TOO_LARGE, "The record cannot be decoded within the heap; see -Xmx");
    } catch (RuntimeException | StackOverflowError e) {
      // This is a bug in the decoder. Consumption must not stop for it, and the dead letter keeps
      // the evidence. If many records fail, the dead-letter circuit breaker opens.
      LOG.atError()
          .addKeyValue("topic", record.topic())
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .setCause(e)
          .log("The decoder failed on a record, which becomes a dead letter; please report this");
      return new RecordResult.Poison(
          DeadLetterReason.MALFORMED, "The decoder failed: " + e.getClass().getName());
    }
  }

  private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
