package io.wideevents.codec;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.EventProblem;
import io.wideevents.event.WireFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the value of a Kafka record into a document, by the same pass as {@link EventEncoder}.
 *
 * <p>A value with {@code eventId} and a well-formed {@code _ingest} is the gateway's. The gateway
 * accepted the event, so only MongoDB's own limits apply, and an event with an expired timestamp is
 * stored. Any other value is flat JSON of another producer, or the envelope {@code {event,
 * _metadata, summary, timestamp}} around it. Such an event is validated, identified, summarised and
 * redacted here.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class RecordDecoder {
  private static final byte[] INGEST = "\"_ingest\":{".getBytes(StandardCharsets.US_ASCII);

  /** How far from the end of a gateway's record {@code _ingest} begins, without redacted paths. */
  private static final int INGEST_BYTES = 256;

  private final EncoderSettings settings;
  private final InstantSource clock;
  private final NameRules names;

  public RecordDecoder(EncoderSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.names = new NameRules(settings.limits().maxNameBytes(), settings.redactedNames());
  }

  /**
   * Decodes one record.
   *
   * @param value the record's value; null for a tombstone. The document does not refer to it
   * @param eventIdHeader the {@code event-id} header's text, null if absent. It must agree with an
   *     {@code eventId} in the value, and is ignored if the value has none
   * @param schemaHeader the {@code schema} header's text, null if absent
   * @param recordTime the record's timestamp
   */
  public RecordResult decode(
      byte @Nullable [] value,
      @Nullable String eventIdHeader,
      @Nullable String schemaHeader,
      Instant recordTime) {
    if (value == null || value.length == 0) {
      return new RecordResult.Poison(
          DeadLetterReason.EMPTY,
          value == null ? "The record is a tombstone" : "The record's value has no bytes");
    }
    if (schemaHeader != null && !schemaHeader.equals(String.valueOf(WireFormat.SCHEMA_VERSION))) {
      return new RecordResult.Poison(
          DeadLetterReason.UNSUPPORTED_SCHEMA,
          "The schema header is not %d, the only version read here; update, then replay"
              .formatted(WireFormat.SCHEMA_VERSION));
    }
    EventProblem encoding = JsonFailure.ofEncoding(value, 0, value.length, 1);
    if (encoding != null) {
      return Poisons.of(List.of(encoding));
    }
    return switch (read(value)) {
      case RecordReading.Unreadable unreadable -> Poisons.of(List.of(unreadable.problem()));
      case RecordReading.Walked walked -> finish(walked, eventIdHeader, recordTime);
    };
  }

  private static RecordResult finish(
      RecordReading.Walked walked, @Nullable String eventIdHeader, Instant recordTime) {
    EventPass pass = walked.pass();
    if (!pass.problems().isEmpty()) {
      return Poisons.of(walked.problems());
    }
    EventId named = pass.known().eventId();
    if (eventIdHeader != null
        && named != null
        && !eventIdHeader.equalsIgnoreCase(named.toString())) {
      return new RecordResult.Poison(
          DeadLetterReason.ID_MISMATCH,
          "The event-id header does not name the value's eventId, " + named);
    }
    Instant receivedAt =
        walked.isAccepted()
            ? Instant.ofEpochMilli(pass.requireIngest().receivedAtMillis())
            : recordTime;
    EventDocument document =
        walked.isAccepted()
            ? RecordDocuments.accepted(walked)
            : RecordDocuments.foreign(walked, recordTime.toEpochMilli());
    if (document.sizeBytes() > DocumentBuffer.MAX_BYTES) {
      return new RecordResult.Poison(
          DeadLetterReason.TOO_LARGE,
          "The document would have %d bytes, MongoDB takes at most %d"
              .formatted(document.sizeBytes(), DocumentBuffer.MAX_BYTES));
    }
    return new RecordResult.Decoded(document, receivedAt, pass.redacted().values());
  }

  private RecordReading read(byte[] value) {
    boolean guess = endsLikeAccepted(value);
    RecordReading reading = RecordReading.of(value, rules(guess));
    if (!(reading instanceof RecordReading.Walked first)) {
      return reading;
    }
    // The content decides, and not the end of the value, because tools may reorder and indent the
    // value.
    boolean accepted = first.isAccepted();
    if (accepted != guess) {
      reading = RecordReading.of(value, rules(accepted));
    }
    if (!accepted
        && reading instanceof RecordReading.Walked walked
        && !walked.pass().known().hasSeen(KnownField.REQUEST_ID)) {
      Envelope envelope = Envelope.in(value);
      return envelope == null ? reading : RecordReading.of(envelope, rules(false));
    }
    return reading;
  }

  private EventRules rules(boolean accepted) {
    return accepted
        ? EventRules.ACCEPTED
        : EventRules.strict(Origin.OTHER_PRODUCER, settings, names, clock.instant());
  }

  /** Whether to try the gateway's rules first; a wrong guess costs a second pass. */
  private static boolean endsLikeAccepted(byte[] value) {
    if (value.length < INGEST.length || value[value.length - 2] != '}') {
      return false; // the object of _ingest does not end directly before the event
    }
    int from = Math.max(0, value.length - INGEST_BYTES);
    for (int i = value.length - INGEST.length; i >= from; i--) {
      if (value[i] == '"' && startsWithIngest(value, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWithIngest(byte[] value, int at) {
    for (int i = 0; i < INGEST.length; i++) {
      if (value[at + i] != INGEST[i]) {
        return false;
      }
    }
    return true;
  }
}
