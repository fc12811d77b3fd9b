package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.wideevents.codec.BodyResult;
import io.wideevents.gateway.access.Caller;
import java.util.Collections;
import java.util.List;

/**
 * Handles {@code POST /v1/events}: receives, checks and delivers the events, and replies. Blocks
 * its thread until every event has an outcome; the deadline bounds that time. Delivers the events
 * only after the whole body was read and checked.
 */
final class EventsHandler implements Handler {
  private final RequestIntake intake;
  private final BodyWork work;
  private final EventDelivery delivery;
  private final Replies replies;

  EventsHandler(RequestIntake intake, BodyWork work, EventDelivery delivery, Replies replies) {
    this.intake = intake;
    this.work = work;
    this.delivery = delivery;
    this.replies = replies;
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
    try (Body sent = work.receive(ctx, client);
        BodyWork.Done<BodyResult> done = work.on(sent, shape, client)) {
      byte[] body = replies.begin(ctx, reply(ctx, preferences, done));
      Answer answer = new Answer(body, done.body().reply(client));
      answer.memory.growAnyway(body.length);
      return answer;
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
        delivery.requireRate(caller, events.results().size());
        yield delivery.deliver(events, preferences, caller, done.body());
      }
    };
  }
}
