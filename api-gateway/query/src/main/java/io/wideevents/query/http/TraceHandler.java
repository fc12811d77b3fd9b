package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.QueryException;
import io.wideevents.query.trace.EventTrace;
import io.wideevents.query.trace.TraceResult;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** Answers where an event is. */
final class TraceHandler {
  private static final int MAX_REQUEST_ID = 1_024;

  private final EventTrace trace;

  TraceHandler(EventTrace trace) {
    this.trace = trace;
  }

  void handle(Context ctx) {
    QueryParameters given = new QueryParameters(ctx, "requestId");
    Optional<String> requestId = Optional.ofNullable(given.text("requestId"));
    if (requestId.isPresent() && requestId.get().length() > MAX_REQUEST_ID) {
      throw QueryException.parameterInvalid(
          "requestId has more than %d characters".formatted(MAX_REQUEST_ID),
          "Send the requestId of the event, or leave it out");
    }
    TraceResult found = trace.find(SearchHandler.eventId(ctx.pathParam("eventId")), requestId);
    JsonReply.send(ctx, json -> write(json, found));
  }

  static void write(JsonGenerator json, TraceResult found) {
    json.writeStringProperty("eventId", found.id().toString());
    json.writeStringProperty("state", found.state().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("detail", found.detail());
    found
        .stored()
        .ifPresent(
            stored -> {
              json.writeObjectPropertyStart("stored");
              stored
                  .timestamp()
                  .ifPresent(at -> json.writeStringProperty("timestamp", at.toString()));
              stored
                  .receivedAt()
                  .ifPresent(at -> json.writeStringProperty("receivedAt", at.toString()));
              stored.tier().ifPresent(tier -> json.writeStringProperty("tier", tier));
              json.writeEndObject();
            });
    found
        .pending()
        .ifPresent(
            pending -> {
              json.writeObjectPropertyStart("kafka");
              pending.partition().ifPresent(at -> json.writeNumberProperty("partition", at));
              json.writeNumberProperty("lag", pending.lag());
              pending.ahead().ifPresent(ahead -> json.writeNumberProperty("ahead", ahead));
              json.writeStringProperty(
                  "searched", pending.complete() ? "all" : "first " + pending.records());
              json.writeEndObject();
            });
    found
        .spool()
        .ifPresent(
            spool -> {
              json.writeObjectPropertyStart("spool");
              spool
                  .spooledAt()
                  .ifPresent(at -> json.writeStringProperty("spooledAt", at.toString()));
              json.writeStringProperty("searched", spool.complete() ? "all" : "a part");
              json.writeEndObject();
            });
    found
        .deadLetter()
        .ifPresent(
            letter -> {
              json.writeObjectPropertyStart("deadLetter");
              json.writeStringProperty("reason", letter.reason());
              letter.code().ifPresent(code -> json.writeStringProperty("code", code));
              json.writeNumberProperty("partition", letter.partition());
              json.writeNumberProperty("offset", letter.offset());
              json.writeEndObject();
            });
    json.writeArrayPropertyStart("checked");
    found.checked().forEach(place -> json.writeString(place.label()));
    json.writeEndArray();
    json.writeArrayPropertyStart("unchecked");
    for (TraceResult.Unchecked each : found.unchecked()) {
      json.writeStartObject();
      json.writeStringProperty("place", each.place().label());
      json.writeStringProperty("reason", each.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
