package io.wideevents.gateway.http;

import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventProblem;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.Caller;
import io.wideevents.gateway.access.RateDecision;
import io.wideevents.gateway.http.EventsReply.Accepted;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import io.wideevents.gateway.http.EventsReply.Unconfirmed;
import io.wideevents.gateway.http.EventsReply.Withheld;
import io.wideevents.gateway.metrics.GatewayMetrics;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Delivers the checked events of a request, within the rate of the caller, and counts them. Blocks
 * the request's thread until every event has an outcome; the deadline bounds that time. Safe for
 * concurrent use.
 */
final class EventDelivery {
  private final LoggerPort logger;
  private final Duration ackTimeout;
  private final AccessControl access;
  private final RejectedEvents rejectedEvents;
  private final GatewayMetrics metrics;

  /**
   * @param ackTimeout how long a request waits for its events to become durable, in all tiers
   *     together
   */
  EventDelivery(
      LoggerPort logger,
      Duration ackTimeout,
      AccessControl access,
      RejectedEvents rejectedEvents,
      GatewayMetrics metrics) {
    this.logger = logger;
    this.ackTimeout = ackTimeout;
    this.access = access;
    this.rejectedEvents = rejectedEvents;
    this.metrics = metrics;
  }

  /**
   * Delivers the events of a body and writes the dead letters of the rejected ones. Counts each
   * event once as received and once by its outcome.
   *
   * @param body reserves the memory of the dead letters
   */
  EventsReply deliver(BodyResult.Events events, Preferences preferences, Caller caller, Body body) {
    List<EncodeResult> results = events.results();
    body.reserve(rejectedEvents.memoryFor(results));
    Deadline deadline = Deadline.after(ackTimeout);
    EventsReply reply = deliverCounted(events.batch(), results, preferences, deadline);
    return isWithheld(results, preferences)
        ? reply
        : rejectedEvents.keep(reply, results, caller, deadline, body::reserveAnyway);
  }

  private EventsReply deliverCounted(
      boolean batch, List<EncodeResult> results, Preferences preferences, Deadline deadline) {
    metrics.received(results.size());
    long start = System.nanoTime();
    EventsReply reply;
    try {
      List<Entry> entries =
          isWithheld(results, preferences) ? withheld(results) : deliver(results, deadline);
      reply = EventsReply.of(batch, entries, preferences);
    } catch (RuntimeException | Error e) {
      // A bug. The outcome of the events is unknown, and the client gets an error.
      metrics.unconfirmed(results.size());
      throw e;
    }
    reply.tally().count(metrics, Duration.ofNanos(System.nanoTime() - start));
    return reply;
  }

  /**
   * Takes the events from the caller's rate limit. Invalid events count as well, because they cost
   * about as much work.
   */
  void requireRate(Caller caller, int events) {
    switch (access.take(caller, events)) {
      case RateDecision.Allowed allowed -> {}
      case RateDecision.Limited limited ->
          throw new ProblemException(Problems.rateLimited(limited.retryAfter()));
    }
  }

  /** Whether nothing is published because one of the events is invalid. */
  private static boolean isWithheld(List<EncodeResult> results, Preferences preferences) {
    return preferences.handling() == Preferences.Handling.STRICT
        && results.stream().anyMatch(EncodeResult.Rejected.class::isInstance);
  }

  private static List<Entry> withheld(List<EncodeResult> results) {
    return results.stream()
        .map(
            result ->
                switch (result) {
                  case EncodeResult.Encoded encoded -> new Withheld();
                  case EncodeResult.Rejected rejected -> refused(rejected);
                })
        .toList();
  }

  private List<Entry> deliver(List<EncodeResult> results, Deadline deadline) {
    List<EncodedEvent> valid = new ArrayList<>(results.size());
    long redacted = 0;
    for (EncodeResult result : results) {
      if (result instanceof EncodeResult.Encoded encoded) {
        valid.add(encoded.event());
        redacted += encoded.redactedValues();
      }
    }
    if (redacted > 0) {
      metrics.redacted(redacted);
    }
    Iterator<DeliveryOutcome> outcomes =
        valid.isEmpty()
            ? Collections.emptyIterator()
            // The port completes the future by the deadline, so no second timeout is needed here.
            : logger.log(valid, deadline).join().iterator();
    List<Entry> entries = new ArrayList<>(results.size());
    for (EncodeResult result : results) {
      entries.add(
          switch (result) {
            case EncodeResult.Encoded encoded -> entry(encoded.event(), outcomes.next());
            case EncodeResult.Rejected rejected -> refused(rejected);
          });
    }
    return entries;
  }

  private static Entry refused(EncodeResult.Rejected rejected) {
    return new Refused(rejected.line(), rejected.problems());
  }

  private static Entry entry(EncodedEvent event, DeliveryOutcome outcome) {
    return switch (outcome) {
      case DeliveryOutcome.Durable durable -> new Accepted(event.id(), durable.tier());
      case DeliveryOutcome.Refused refused -> new Refused(0, List.of(problem(refused)));
      case DeliveryOutcome.NotConfirmed notConfirmed -> new Unconfirmed(event.id());
    };
  }

  private static EventProblem problem(DeliveryOutcome.Refused refused) {
    return switch (refused.code()) {
      case "id_conflict" ->
          new EventProblem(
              refused.code(),
              "eventId",
              refused.message(),
              "Give each event its own eventId, or leave it out",
              null);
      default ->
          new EventProblem(
              refused.code(),
              "",
              refused.message(),
              "Correct the event; the database would reject it again",
              null);
    };
  }
}
