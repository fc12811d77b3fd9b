package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EventId;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The hash of one event's text as it is stored, and the event's id. Not safe for concurrent use.
 */
final class EventIdentity {
  private final byte[] body;
  private final @Nullable Envelope envelope;
  private final Splice splice;
  private final KnownFields known;
  private @Nullable ContentHash hash;

  /**
   * @param envelope the envelope that contained the text; null if there was none
   * @param splice the changes to the text
   */
  EventIdentity(byte[] body, @Nullable Envelope envelope, Splice splice, KnownFields known) {
    this.body = body;
    this.envelope = envelope;
    this.splice = splice;
    this.known = known;
  }

  /**
   * Computes the hash after the whole event was read without a problem. An id of version 8 must be
   * the derived one; otherwise it could be the id of another event.
   *
   * @param givenAt where the event's id begins; null if it has none
   */
  void read(int start, int end, @Nullable Position givenAt, EventProblems problems) {
    identify(start, end);
    EventId given = known.eventId();
    if (given == null || !given.hasDerivedForm() || given.equals(derived())) {
      return;
    }
    if (splice.cutAddedSpace()) {
      identify(start, end);
    }
    if (!given.equals(derived())) {
      problems.addAt(
          Objects.requireNonNull(givenAt),
          ProblemCode.EVENT_ID_INVALID,
          "eventId",
          "eventId is a UUID of version 8, and not the id that is derived from this event's bytes",
          "Send a UUID of version 4 or 7, or leave eventId out: it is then derived. Version 8 is"
              + " reserved for derived ids");
    }
  }

  private void identify(int start, int end) {
    hash = envelope == null ? splice.hash(body, start, end) : envelope.hash(splice);
  }

  /** The hash; not available for a gateway's record or after a problem. */
  ContentHash hash() {
    return Objects.requireNonNull(hash, "the event was not identified");
  }

  /** The id in the event, else the derived one. */
  EventId id() {
    EventId given = known.eventId();
    return given == null ? derived() : given;
  }

  /** Whether {@link #id()} is the derived one, even if the client sent it. */
  boolean isDerived() {
    EventId given = known.eventId();
    return given == null || given.hasDerivedForm();
  }

  private EventId derived() {
    return EventId.derive(known.timestampMillis(), hash());
  }
}
