package io.wideevents.event;

/**
 * A finalized event: valid, identified, summarised, and ready to leave through any tier. Immutable
 * and safe to share; the forms are made on demand, so a tier that is not used costs nothing.
 */
public interface EncodedEvent {
  EventId id();

  /** The event's {@code requestId}: the key of its Kafka record, for humans to search by. */
  String requestId();

  Outcome outcome();

  /**
   * The event as a Kafka value or a spool entry: the client's own text, redacted, with {@code
   * eventId}, {@code _summary} and {@code _ingest} added at its end. In a new array.
   *
   * @param tier the tier that is about to take the event, recorded in {@code _ingest.tier}
   */
  byte[] json(Tier tier);

  /**
   * The event as its MongoDB document; equal, but for {@code _ingest.tier}, to what the worker
   * makes of {@link #json}.
   *
   * @param tier the tier that is about to take the event, recorded in {@code _ingest.tier}
   */
  EventDocument document(Tier tier);

  /** Bytes of memory this event keeps alive, about; for bounding what is in flight. */
  int retainedBytes();
}
