package io.wideevents.event;

/**
 * A finalized event: valid, identified, summarised, and ready for any tier. Immutable and safe to
 * share. The encoded forms are created on demand, so an unused tier costs nothing.
 */
public interface EncodedEvent {
  EventId id();

  /** The event's {@code requestId}, which is the key of its Kafka record. */
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
   * The event as its MongoDB document. Except for {@code _ingest.tier}, it equals the document that
   * the worker creates from {@link #json}.
   *
   * @param tier the tier that is about to take the event, recorded in {@code _ingest.tier}
   */
  EventDocument document(Tier tier);

  /** Approximate bytes of memory that this event keeps alive, for limiting the events in flight. */
  int retainedBytes();
}
