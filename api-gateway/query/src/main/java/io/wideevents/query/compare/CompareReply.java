package io.wideevents.query.compare;

import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the reply of {@code POST /v1/compare}. */
public final class CompareReply {
  private static final JsonFactory JSON = new JsonFactory();

  private CompareReply() {}

  /** The reply as UTF-8 JSON. */
  public static byte[] of(CompareResult result) {
    var bytes = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      size(json, "selection", result.selection());
      size(json, "baseline", result.baseline());
      fields(json, "fields", result.fields());
      fields(json, "symptoms", result.symptoms());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void size(JsonGenerator json, String name, CompareResult.Size size) {
    json.writeObjectPropertyStart(name);
    json.writeNumberProperty("events", size.events());
    json.writeNumberProperty("sampled", size.sampled());
    json.writeEndObject();
  }

  private static void fields(JsonGenerator json, String name, List<RankedField> fields) {
    json.writeArrayPropertyStart(name);
    for (RankedField field : fields) {
      json.writeStartObject();
      json.writeStringProperty("field", field.field());
      json.writeNumberProperty("score", rounded(field.score()));
      json.writeStringProperty("kind", field.isNumber() ? "number" : "text");
      json.writeObjectPropertyStart("missing");
      shares(json, field.missing());
      json.writeEndObject();
      json.writeArrayPropertyStart("values");
      field.values().forEach(value -> value(json, value));
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void value(JsonGenerator json, RankedField.Value value) {
    json.writeStartObject();
    json.writeName("value");
    if (value.text() == null) {
      json.writeNull();
    } else {
      json.writeString(value.text());
    }
    if (value.filter() != null) {
      json.writeStringProperty("filter", value.filter());
    }
    shares(json, value.difference());
    json.writeEndObject();
  }

  private static void shares(JsonGenerator json, Difference difference) {
    json.writeNumberProperty("selection", rounded(difference.selection()));
    json.writeNumberProperty("baseline", rounded(difference.baseline()));
  }

  private static double rounded(double share) {
    return Math.round(share * 1e4) / 1e4;
  }
}
