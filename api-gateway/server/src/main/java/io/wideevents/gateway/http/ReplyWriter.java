package io.wideevents.gateway.http;

import io.javalin.http.HttpStatus;
import io.wideevents.event.EventProblem;
import io.wideevents.gateway.http.EventsReply.Accepted;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import io.wideevents.gateway.http.EventsReply.Unconfirmed;
import io.wideevents.gateway.http.EventsReply.Withheld;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes replies as JSON without an intermediate tree, because a reply may have 100 000 events.
 * Safe for concurrent use.
 */
final class ReplyWriter {
  /**
   * Number of rejected events that a reply lists with all their problems. For further events the
   * reply contains only the code of the first problem, because an event of two bytes may have
   * kilobytes of problems.
   */
  static final int MAX_IN_FULL = 100;

  private static final String TYPE_PREFIX = "urn:wide-events:problem:";

  private final JsonFactory json = new JsonFactory();

  byte[] write(EventsReply reply) {
    return object(
        out ->
            reply
                .problem()
                .ifPresentOrElse(
                    problem -> {
                      writeProblem(out, problem);
                      if (reply.batch() || reply.unconfirmed() > 0) {
                        writeEvents(out, reply);
                      }
                    },
                    () -> writeEvents(out, reply)));
  }

  byte[] write(Problem problem) {
    return object(out -> writeProblem(out, problem));
  }

  /** Returns a JSON object in UTF-8 whose fields are written by {@code fields}. */
  byte[] object(Consumer<JsonGenerator> fields) {
    var bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      fields.accept(out);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void writeProblem(JsonGenerator out, Problem problem) {
    out.writeStringProperty("type", TYPE_PREFIX + problem.code());
    out.writeStringProperty("title", HttpStatus.forStatus(problem.status()).getMessage());
    out.writeNumberProperty("status", problem.status());
    out.writeStringProperty("detail", problem.detail());
    out.writeStringProperty("code", problem.code());
    out.writeStringProperty("fix", problem.fix());
    if (!problem.errors().isEmpty()) {
      writeErrors(out, problem.errors());
    }
  }

  private static void writeEvents(JsonGenerator out, EventsReply reply) {
    out.writeNumberProperty("accepted", reply.accepted());
    if (reply.rejected() > 0) {
      out.writeNumberProperty("rejected", reply.rejected());
    }
    if (reply.rejected() > 0 && reply.deadLetters() == EventsReply.DeadLetters.KEPT) {
      out.writeNumberProperty("deadLettered", reply.rejected());
    }
    if (reply.unconfirmed() > 0) {
      out.writeNumberProperty("unconfirmed", reply.unconfirmed());
    }
    reply.tally().weakestTier().ifPresent(tier -> out.writeStringProperty("tier", tier.label()));
    boolean listsAll = reply.listsAll();
    if (!listsAll && reply.rejected() == 0) {
      return;
    }
    out.writeArrayPropertyStart("events");
    int index = -1;
    int rejected = 0;
    for (Entry entry : reply.entries()) {
      index++;
      if (entry instanceof Withheld || !(listsAll || entry instanceof Refused)) {
        continue;
      }
      out.writeStartObject();
      out.writeNumberProperty("index", index);
      switch (entry) {
        case Accepted accepted -> {
          out.writeStringProperty("eventId", accepted.id().toString());
          out.writeStringProperty("tier", accepted.tier().label());
        }
        case Refused refused -> writeRefused(out, refused, ++rejected <= MAX_IN_FULL);
        case Unconfirmed unconfirmed -> {
          out.writeStringProperty("eventId", unconfirmed.id().toString());
          out.writeBooleanProperty("confirmed", false);
        }
        case Withheld withheld -> throw new AssertionError("Not listed");
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void writeRefused(JsonGenerator out, Refused refused, boolean isInFull) {
    if (!isInFull) {
      out.writeStringProperty("code", refused.errors().getFirst().code());
      return;
    }
    if (refused.line() > 0) {
      out.writeNumberProperty("line", refused.line());
    }
    writeErrors(out, refused.errors());
  }

  private static void writeErrors(JsonGenerator out, List<EventProblem> errors) {
    out.writeArrayPropertyStart("errors");
    for (EventProblem error : errors) {
      out.writeStartObject();
      out.writeStringProperty("code", error.code());
      out.writeStringProperty("field", error.field());
      out.writeStringProperty("message", error.message());
      out.writeStringProperty("fix", error.fix());
      EventProblem.Position position = error.position();
      if (position != null) {
        out.writeNumberProperty("line", position.line());
        out.writeNumberProperty("column", position.column());
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
