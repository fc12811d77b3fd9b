package io.wideevents.delivery.spool;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.time.Instant;

/**
 * The content of a {@link Frame}. Immutable as long as no code writes to the bytes.
 *
 * @param refusalCode empty for a pending event
 * @param refusalMessage empty for a pending event
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves the package
record StoredEvent(
    EventId id,
    Outcome outcome,
    Instant spooledAt,
    String requestId,
    String refusalCode,
    String refusalMessage,
    byte[] json) {

  static StoredEvent pending(EncodedEvent event, Instant now) {
    return new StoredEvent(
        event.id(), event.outcome(), now, event.requestId(), "", "", event.json(Tier.SPOOL));
  }

  /** The event as a rejected event, with the reason. */
  StoredEvent rejected(String code, String message) {
    return new StoredEvent(id, outcome, spooledAt, requestId, code, message, json);
  }
}
