package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.codec.EventJson;
import io.wideevents.query.filter.QueryField;
import io.wideevents.query.search.FieldSample;
import io.wideevents.query.search.FieldSample.Field;
import io.wideevents.query.search.FieldSample.Fields;
import io.wideevents.query.search.FieldSample.Value;
import io.wideevents.query.search.FieldSample.Values;
import io.wideevents.query.store.EventStore;
import java.time.InstantSource;
import tools.jackson.core.JsonGenerator;

/** Answers with the fields of events, and with the values of a field. */
final class FieldsHandler {
  private static final int DEFAULT_VALUES = 20;
  private static final int MAX_VALUES = 200;
  private static final double THOUSAND = 1000;

  private final EventStore store;
  private final InstantSource clock;

  FieldsHandler(EventStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  void fields(Context ctx) {
    QueryParameters given = new QueryParameters(ctx, "filter", "from", "to", "prefix");
    Fields found;
    try (EventStore.Reads reads = store.reads()) {
      FieldSample sample = new FieldSample(reads);
      found = sample.fields(given.filter(), given.range(clock), given.text("prefix", ""));
    }
    JsonReply.send(
        ctx,
        json -> {
          json.writeNumberProperty("sampled", found.sampled());
          json.writeArrayPropertyStart("fields");
          found.fields().forEach(field -> write(json, field, found.sampled()));
          json.writeEndArray();
        });
  }

  void values(Context ctx) {
    QueryParameters given = new QueryParameters(ctx, "filter", "from", "to", "prefix", "limit");
    Values found;
    try (EventStore.Reads reads = store.reads()) {
      found =
          new FieldSample(reads)
              .values(
                  QueryField.parse(ctx.pathParam("name")),
                  given.filter(),
                  given.range(clock),
                  given.text("prefix", ""),
                  given.limit(DEFAULT_VALUES, MAX_VALUES));
    }
    JsonReply.send(
        ctx,
        json -> {
          json.writeNumberProperty("sampled", found.sampled());
          json.writeArrayPropertyStart("values");
          found.values().forEach(value -> write(json, value));
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, Field field, int sampled) {
    json.writeStartObject();
    json.writeStringProperty("name", field.name());
    json.writeArrayPropertyStart("types");
    field.types().forEach(json::writeString);
    json.writeEndArray();
    json.writeNumberProperty("share", Math.round(THOUSAND * field.events() / sampled) / THOUSAND);
    json.writeNumberProperty("values", field.values());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Value value) {
    json.writeStartObject();
    json.writeName("value");
    EventJson.writeValue(value.value(), json);
    json.writeNumberProperty("count", value.count());
    json.writeEndObject();
  }
}
