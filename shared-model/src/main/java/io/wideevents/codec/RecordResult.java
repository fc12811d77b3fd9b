package io.wideevents.codec;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import java.time.Instant;

/** What the value of a Kafka record turned out to be. */
public sealed interface RecordResult {

  /**
   * An event, ready for a batch.
   *
   * @param receivedAt when the pipeline first saw it: the gateway's {@code _ingest.receivedAt}, or
   *     the record's own time for records of other producers
   * @param redactedValues how many of its values were replaced here, whole or in part; none in a
   *     gateway's record, which was redacted and counted there
   */
  record Decoded(EventDocument document, Instant receivedAt, int redactedValues)
      implements RecordResult {}

  /**
   * Not an event, now or ever: a poison message.
   *
   * @param reason why, for metrics and the dead letter's headers
   * @param message what exactly, without any of the content; with field and position where known
   */
  record Poison(DeadLetterReason reason, String message) implements RecordResult {}
}
