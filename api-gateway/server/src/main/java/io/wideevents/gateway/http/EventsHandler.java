package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
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
 * Handles {@code POST /v1/events}: receives, checks and delivers the events, and replies. Blocks
 * its thread until every event has an outcome; the deadline bounds that time. Delivers the events
 * only after the whole body was read and checked.
 */
final class EventsHandler implements Handler {
  private final RequestIntake intake;
  private final BodyReader bodies;
  private final BodyWork work;
  private final LoggerPort logger;
  private final Duration ackTimeout;
  private final AccessControl access;
  private final RejectedEvents rejectedEvents;
  private final Replies replies;
  private final GatewayMetrics metrics;

  /**
   * @param ackTimeout how long a request waits for its events to become durable, in all tiers
   *     together
   */
  EventsHandler(
      RequestIntake intake,
      BodyReader bodies,
      BodyWork work,
      LoggerPort logger,
      Duration ackTimeout,
      AccessControl access,
      RejectedEvents rejectedEvents,
      Replies replies,
      GatewayMetrics metrics) {
    this.intake = intake;
    this.bodies = bodies;
    this.work = work;
    this.logger = logger;
    this.ackTimeout = ackTimeout;
    this.access = access;
    this.rejectedEvents = rejectedEvents;
    this.replies = replies;
    this.metrics = metrics;
  }

  @Override
  public void handle(Context ctx) {
    try {
      handleEvents(ctx);
    } catch (Error e) {
      // Usually an OutOfMemoryError or a StackOverflowError. The client gets the reply for an
      // internal error.
      throw new IllegalStateException("A request ended with an error", e);
    }
  }

  private void handleEvents(Context ctx) {
    BodyShape shape = intake.shape(ctx);
    Preferences preferences = Preferences.of(Collections.list(ctx.req().getHeaders("Prefer")));
    // Releases the body before the reply is written, because the client controls how long the write
    // takes.
    try (Answer answer = answer(ctx, shape, preferences, ClientName.of(ctx))) {
      Replies.write(ctx, answer.body);
    }
  }

  private static final class Answer implements AutoCloseable {
    private final byte[] body;
    private final ByteBudget.Reservation memory;

    Answer(byte[] body, ByteBudget.Reservation memory) {
      this.body = body;
      this.memory = memory;
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  private Answer answer(Context ctx, BodyShape shape, Preferences preferences, String client) {
    try (Body sent = receive(ctx, client);
        BodyWork.Done<BodyResult> done = work.on(sent, shape, client)) {
      byte[] body = replies.begin(ctx, reply(ctx, preferences, done));
      Answer answer = new Answer(body, done.body().reply(client));
      answer.memory.growAnyway(body.length);
      return answer;
    }
  }

  Body receive(Context ctx, String client) {
    try (ReadTimeout timer = ReadTimeout.of(ctx.req())) {
      return bodies.receive(ctx::bodyInputStream, ctx.req().getContentLengthLong(), client, timer);
    }
  }

  private EventsReply reply(Context ctx, Preferences preferences, BodyWork.Done<BodyResult> done) {
    return switch (done.result()) {
      case BodyResult.Malformed malformed ->
          throw new ProblemException(Problems.of(400, List.of(malformed.problem())));
      case BodyResult.TooManyEvents tooMany ->
          throw new ProblemException(Problems.tooManyEvents(tooMany.problem()));
      case BodyResult.Events events -> {
        Caller caller = KeyGate.caller(ctx);
        requireRate(caller, events.results().size());
        yield deliver(events, preferences, caller, done.body());
      }
    };
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
