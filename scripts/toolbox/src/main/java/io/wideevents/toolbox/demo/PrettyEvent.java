package io.wideevents.toolbox.demo;

import io.wideevents.toolbox.pipeline.EventJson;
import org.bson.BsonDocument;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Formats a stored event for reading. */
final class PrettyEvent {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          // Otherwise a decimal would be converted to a double and might be printed with another
          // value.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private PrettyEvent() {}

  /** Indented JSON, several lines. */
  static String of(BsonDocument event) {
    return MAPPER.writeValueAsString(MAPPER.readTree(EventJson.toBytes(event)));
  }
}
