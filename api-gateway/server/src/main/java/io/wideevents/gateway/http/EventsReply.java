package io.wideevents.gateway.http;

import io.wideevents.event.EventId;
import io.wideevents.event.EventProblem;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.Tier;
import java.util.List;
import java.util.Optional;

/**
 * What became of the events of one request: one entry per event, in input order.
 *
 * @param batch whether the body was an array or NDJSON
 * @param entries at least one
 */
record EventsReply(boolean batch, List<Entry> entries) {
  private static final String EVENT_TOO_LARGE = ProblemCode.EVENT_TOO_LARGE.code();

  /** What became of one event. */
  sealed interface Entry {}

  /** Durable in a tier. */
  record Accepted(EventId id, Tier tier) implements Entry {}

  /**
   * Refused, and would be refused again.
   *
   * @param line the event's line in an NDJSON body, from 1; else 0
   */
  record Refused(long line, List<EventProblem> errors) implements Entry {
    Refused {
      errors = List.copyOf(errors);
    }
  }

  /** Valid, but no tier confirmed it; it may be stored or not. */
  record Unconfirmed(EventId id) implements Entry {}

  EventsReply {
    entries = List.copyOf(entries);
  }

  int accepted() {
    return count(Accepted.class);
  }

  int rejected() {
    return count(Refused.class);
  }

  int unconfirmed() {
    return count(Unconfirmed.class);
  }

  /** The weakest tier that took one of the events; empty when none did. */
  Optional<Tier> weakestTier() {
    return entries.stream()
        .filter(Accepted.class::isInstance)
        .map(entry -> ((Accepted) entry).tier())
        .reduce(Tier::weaker);
  }

  /** The problem this reply amounts to; empty when events were accepted and none is in doubt. */
  Optional<Problem> problem() {
    if (unconfirmed() > 0) {
      return Optional.of(Problems.notConfirmed(unconfirmed()));
    }
    if (accepted() > 0) {
      return Optional.empty();
    }
    if (batch) {
      return Optional.of(Problems.invalidEvents(entries.size()));
    }
    List<EventProblem> errors = ((Refused) entries.getFirst()).errors();
    boolean tooLarge = errors.getFirst().code().equals(EVENT_TOO_LARGE);
    return Optional.of(Problems.of(tooLarge ? 413 : 422, errors));
  }

  /** 202, 207, 413, 422 or 503. */
  int status() {
    return problem().map(Problem::status).orElse(rejected() > 0 ? 207 : 202);
  }

  private int count(Class<? extends Entry> kind) {
    return (int) entries.stream().filter(kind::isInstance).count();
  }
}
