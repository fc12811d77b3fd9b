package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventId;

/**
 * A spooled event whose bytes are intact cannot become a document: it was spooled by a version with
 * other rules. Trying again changes nothing.
 */
public final class UndecodableEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient EventId eventId;
  private final String reason;

  UndecodableEventException(EventId eventId, RecordResult.Poison poison) {
    super("Spooled event %s is no event any more: %s".formatted(eventId, poison.message()));
    this.eventId = eventId;
    this.reason = poison.message();
  }

  /** Which event. */
  public EventId eventId() {
    return eventId;
  }

  /** What is wrong with it, without any of its content. */
  public String reason() {
    return reason;
  }
}
