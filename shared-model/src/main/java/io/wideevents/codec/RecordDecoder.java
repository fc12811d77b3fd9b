package io.wideevents.codec;

import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Turns the value of a Kafka record into a document, by the same pass as {@link EventEncoder}.
 *
 * <p>A value with a well-formed {@code _ingest} is the gateway's: the event was accepted, so only
 * MongoDB's own limits apply and an expired timestamp is stored all the same. Anything else is flat
 * JSON of another producer, held to the event's rules, identified, summarised and redacted here.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class RecordDecoder {
  @SuppressWarnings("UnusedVariable")
  private final EncoderSettings settings;

  @SuppressWarnings("UnusedVariable")
  private final InstantSource clock;

  public RecordDecoder(EncoderSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Decodes one record.
   *
   * @param value the record's value; null for a tombstone
   * @param eventIdHeader the {@code event-id} header's text, null when absent
   * @param schemaHeader the {@code schema} header's text, null when absent
   * @param recordTime the record's timestamp
   */
  @SuppressWarnings("DoNotCallSuggester")
  public RecordResult decode(
      byte @Nullable [] value,
      @Nullable String eventIdHeader,
      @Nullable String schemaHeader,
      Instant recordTime) {
    throw new UnsupportedOperationException("not yet");
  }
}
