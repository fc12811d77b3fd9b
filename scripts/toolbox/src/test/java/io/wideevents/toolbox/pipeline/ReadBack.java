package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.EventJson;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.bson.RawBsonDocument;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares an event that was read back with the one that was sent, field by field. */
final class ReadBack {
  // What the pipeline adds to every event.
  private static final Set<String> OURS = Set.of("eventId", "_summary", "_ingest");
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private ReadBack() {}

  static JsonNode sent(byte[] event) {
    return MAPPER.readTree(event);
  }

  static JsonNode stored(RawBsonDocument event) {
    return MAPPER.readTree(EventJson.toBytes(event));
  }

  /** Fails unless {@code stored} is {@code sent} with our own fields added, and nothing else. */
  static void assertSame(JsonNode sent, JsonNode stored) {
    List<String> names = stored.propertyNames().stream().filter(n -> !OURS.contains(n)).toList();
    assertThat(names).containsExactlyElementsOf(sent.propertyNames());
    for (String name : names) {
      if (name.equals("timestamp")) {
        assertThat(time(stored.path(name)))
            .isEqualTo(time(sent.path(name)).truncatedTo(ChronoUnit.MILLIS));
      } else {
        assertSame(name, sent.path(name), stored.path(name));
      }
    }
    assertThat(stored.path("_summary").asString())
        .contains("Service: " + sent.path("service").asString())
        .contains("Route: " + sent.path("route").asString());
  }

  private static void assertSame(String path, JsonNode sent, JsonNode stored) {
    if (sent.isObject()) {
      assertThat(stored.propertyNames()).as(path).containsExactlyElementsOf(sent.propertyNames());
      sent.properties()
          .forEach(
              property ->
                  assertSame(
                      path + "." + property.getKey(),
                      property.getValue(),
                      stored.path(property.getKey())));
    } else if (sent.isArray()) {
      assertThat(stored.size()).as(path).isEqualTo(sent.size());
      for (int i = 0; i < sent.size(); i++) {
        assertSame(path + "[" + i + "]", sent.path(i), stored.path(i));
      }
    } else if (sent.isNumber()) {
      assertThat(stored.isIntegralNumber()).as(path).isEqualTo(sent.isIntegralNumber());
      assertThat(stored.decimalValue()).as(path).isEqualByComparingTo(sent.decimalValue());
    } else {
      assertThat(stored).as(path).isEqualTo(sent);
    }
  }

  private static Instant time(JsonNode timestamp) {
    return timestamp.isIntegralNumber()
        ? Instant.ofEpochMilli(timestamp.asLong())
        : OffsetDateTime.parse(timestamp.asString()).toInstant();
  }
}
