package io.wideevents.gateway.http;

import io.wideevents.event.EventId;
import io.wideevents.event.EventProblem;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.Tier;
import java.util.List;
import java.util.Optional;

/**
 * The outcomes of the events of one request: one entry per event, in input order.
 *
 * @param batch whether the body was an array or NDJSON
 * @param entries at least one; none for an export of OpenTelemetry without events
 * @param tally the number of entries by outcome
 * @param deadLetters what became of the dead letters of the rejected events
 */
record EventsReply(
    boolean batch,
    List<Entry> entries,
    EventTally tally,
    Preferences preferences,
    DeadLetters deadLetters) {
  /**
   * A batch with more events is answered without a list when all its events are accepted. The reply
   * to a batch of this size fits the 4 KiB that fluent-bit reads of a reply.
   */
  static final int MAX_LISTED_WHEN_ACCEPTED = 40;

  private static final String EVENT_TOO_LARGE = ProblemCode.EVENT_TOO_LARGE.code();

  sealed interface Entry {}

  record Accepted(EventId id, Tier tier) implements Entry {}

  /**
   * The event is rejected. A retry would be rejected again.
   *
   * @param line line of the event in an NDJSON body, from 1; else 0
   */
  record Refused(long line, List<EventProblem> errors) implements Entry {
    Refused {
      errors = List.copyOf(errors);
    }
  }

  /** The event is valid, but no tier acknowledged it. The event may be stored or not. */
  record Unconfirmed(EventId id) implements Entry {}

  /** The event is valid, and was not published because another event of the body is invalid. */
  record Withheld() implements Entry {}

  enum DeadLetters {
    /** None was written. */
    NONE,
    /** The dead-letter topic has acknowledged all of them. */
    KEPT,
    /** Not all were acknowledged in time. */
    NOT_CONFIRMED
  }

  /** A reply before dead letters were written. */
  static EventsReply of(boolean batch, List<Entry> entries, Preferences preferences) {
    return new EventsReply(
        batch, List.copyOf(entries), EventTally.of(entries), preferences, DeadLetters.NONE);
  }

  EventsReply with(DeadLetters written) {
    return new EventsReply(batch, entries, tally, preferences, written);
  }

  int accepted() {
    return tally.acceptedEvents();
  }

  int rejected() {
    return tally.rejectedEvents();
  }

  int withheld() {
    return tally.withheld();
  }

  int unconfirmed() {
    return tally.unconfirmed();
  }

  /**
   * The problem document of this reply; empty when at least one event was accepted and no outcome
   * is unknown. A client that asks for lenient handling also gets none when all its events are
   * rejected and are in the dead-letter topic.
   */
  Optional<Problem> problem() {
    if (unconfirmed() > 0) {
      return Optional.of(Problems.notConfirmed(unconfirmed()));
    }
    if (deadLetters == DeadLetters.NOT_CONFIRMED) {
      return Optional.of(Problems.deadLettersNotConfirmed(rejected()));
    }
    if (accepted() > 0 || (isLenient() && deadLetters == DeadLetters.KEPT)) {
      return Optional.empty();
    }
    if (batch) {
      return Optional.of(
          withheld() > 0
              ? Problems.notAllValid(rejected(), entries.size())
              : Problems.invalidEvents(entries.size()));
    }
    List<EventProblem> errors = ((Refused) entries.getFirst()).errors();
    boolean tooLarge = errors.getFirst().code().equals(EVENT_TOO_LARGE);
    return Optional.of(Problems.of(tooLarge ? 413 : 422, errors));
  }

  /** 202, 207, 413, 422 or 503. */
  int status() {
    return problem().map(Problem::status).orElse(rejected() > 0 && !isLenient() ? 207 : 202);
  }

  /** Whether the reply lists all entries. If not, it lists the rejected events only. */
  boolean listsAll() {
    return switch (preferences.listing()) {
      case MINIMAL -> false;
      case ALL -> true;
      case DEFAULT -> entries.size() <= MAX_LISTED_WHEN_ACCEPTED || accepted() < entries.size();
    };
  }

  private boolean isLenient() {
    return preferences.handling() == Preferences.Handling.LENIENT;
  }
}
