package io.wideevents.gateway.spool;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventId;

/**
 * A spooled event whose bytes are intact cannot become a document: it was spooled by a version with
 * other rules. Trying again changes nothing.
 */
public final class UndecodableEventException extends RuntimeException {
  UndecodableEventException(EventId id, RecordResult.Poison poison) {
    super(
        "Spooled event %s is no event any more (%s): %s"
            .formatted(id, poison.reason().label(), poison.message()));
  }
}
