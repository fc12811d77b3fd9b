package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import io.wideevents.event.WireFormat;
import java.time.Instant;

/**
 * An event as stored in the spool. Its JSON has the same bytes as the Kafka value would have had,
 * so a replay delivers exactly what was accepted. {@code _ingest.tier} stays {@code spool} in the
 * JSON and in the document, because the event first became durable in the spool.
 *
 * <p>Immutable and safe to share; holds its bytes in memory.
 */
public final class SpooledEvent implements EncodedEvent {
  private static final int OBJECT_OVERHEAD_BYTES = 256;
  private static final String SCHEMA = Integer.toString(WireFormat.SCHEMA_VERSION);

  private final Segment segment;
  private final int index;
  private final int positionChanges;
  private final StoredEvent stored;
  private final RecordDecoder decoder;

  /**
   * @param index position of the event among the events of its segment
   */
  SpooledEvent(Segment segment, int index, StoredEvent stored, RecordDecoder decoder) {
    this.segment = segment;
    this.index = index;
    this.positionChanges = segment.positionChanges();
    this.stored = stored;
    this.decoder = decoder;
  }

  private SpooledEvent(SpooledEvent event, StoredEvent stored) {
    this.segment = event.segment;
    this.index = event.index;
    this.positionChanges = event.positionChanges;
    this.stored = stored;
    this.decoder = event.decoder;
  }

  Segment segment() {
    return segment;
  }

  int index() {
    return index;
  }

  /** {@link Segment#positionChanges} when the event was read. */
  int positionChanges() {
    return positionChanges;
  }

  /** The event as a rejected event, with the reason. */
  SpooledEvent rejected(String code, String message) {
    return new SpooledEvent(this, stored.rejected(code, message));
  }

  /** When the event was spooled, in milliseconds. */
  public Instant spooledAt() {
    return stored.spooledAt();
  }

  /** Code of the tier's rejection; empty if no tier has rejected the event. */
  public String refusalCode() {
    return stored.refusalCode();
  }

  /** Message of the tier's rejection; empty if no tier has rejected the event. */
  public String refusalMessage() {
    return stored.refusalMessage();
  }

  @Override
  public EventId id() {
    return stored.id();
  }

  @Override
  public String requestId() {
    return stored.requestId();
  }

  @Override
  public Outcome outcome() {
    return stored.outcome();
  }

  /**
   * {@inheritDoc}
   *
   * @param tier ignored: the bytes are the stored ones
   */
  @Override
  public byte[] json(Tier tier) {
    return stored.json().clone();
  }

  /**
   * {@inheritDoc}
   *
   * @param tier ignored
   * @throws UndecodableEventException if the stored bytes are intact and cannot be decoded
   */
  @Override
  public EventDocument document(Tier tier) {
    RecordResult result =
        decoder.decode(stored.json(), id().toString(), SCHEMA, stored.spooledAt());
    return switch (result) {
      case RecordResult.Decoded decoded -> decoded.document();
      case RecordResult.Poison poison -> throw new UndecodableEventException(id(), poison);
    };
  }

  @Override
  public int retainedBytes() {
    return stored.json().length + OBJECT_OVERHEAD_BYTES;
  }

  @Override
  public String toString() {
    return "SpooledEvent[%s]".formatted(id());
  }
}
