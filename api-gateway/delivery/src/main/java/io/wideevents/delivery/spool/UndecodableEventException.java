package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventId;

/**
 * A spooled event with intact bytes cannot become a document, because it was spooled by a version
 * with other rules. A retry fails in the same way.
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

  /** The id of the event. */
  public EventId eventId() {
    return eventId;
  }

  /** The reason, without any content of the event. */
  public String reason() {
    return reason;
  }
}
