package io.wideevents.toolbox.demo;

import io.wideevents.codec.EventJson;
import org.bson.BsonDocument;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A stored event as a person likes to read it. */
final class PrettyEvent {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          // Else a decimal would pass through a double and be shown as something else.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private PrettyEvent() {}

  /** Indented JSON, several lines. */
  static String of(BsonDocument event) {
    return MAPPER.writeValueAsString(MAPPER.readTree(EventJson.toBytes(event)));
  }
}
