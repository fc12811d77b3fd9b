package io.wideevents.codec;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import java.time.Instant;

/** The result of decoding the value of a Kafka record. */
public sealed interface RecordResult {

  /**
   * An event, ready for a batch.
   *
   * @param receivedAt when the pipeline first received it: the gateway's {@code
   *     _ingest.receivedAt}, or the record's own time for records of other producers
   * @param redactedValues number of its values that were replaced here, whole or in part; 0 for a
   *     gateway's record, which was redacted and counted there
   */
  record Decoded(EventDocument document, Instant receivedAt, int redactedValues)
      implements RecordResult {}

  /**
   * A poison message: the value can never become an event.
   *
   * @param reason why, for metrics and the dead letter's headers
   * @param message the details, without any of the content; with field and position if known
   */
  record Poison(DeadLetterReason reason, String message) implements RecordResult {}
}
