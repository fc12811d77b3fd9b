package io.wideevents.toolbox.pipeline;

import io.wideevents.codec.EventJson;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.RawBsonDocument;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares a stored event with the event that was sent, field by field. Stateless. */
public final class EventComparison {
  // Fields that the pipeline adds to every event.
  private static final Set<String> OURS = Set.of("eventId", "_summary", "_ingest");
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private EventComparison() {}

  /**
   * Describes the first difference, without values. Empty if the document is the event with only
   * the pipeline's own fields added.
   *
   * @param sent the posted bytes
   */
  public static Optional<String> difference(byte[] sent, RawBsonDocument stored) {
    return difference(MAPPER.readTree(sent), MAPPER.readTree(EventJson.toBytes(stored)));
  }

  private static Optional<String> difference(JsonNode sent, JsonNode stored) {
    if (!names(sent).equals(names(stored))) {
      return Optional.of("fields " + names(stored) + " instead of " + names(sent));
    }
    for (String name : names(sent)) {
      boolean same =
          name.equals("timestamp")
              ? time(stored.path(name)).equals(time(sent.path(name)).truncatedTo(ChronoUnit.MILLIS))
              : same(sent.path(name), stored.path(name));
      if (!same) {
        return Optional.of("field " + name);
      }
    }
    String summary = stored.path("_summary").asString("");
    return summary.contains("Service: " + sent.path("service").asString())
            && summary.contains("Route: " + sent.path("route").asString())
        ? Optional.empty()
        : Optional.of("_summary");
  }

  private static List<String> names(JsonNode event) {
    return event.propertyNames().stream().filter(name -> !OURS.contains(name)).toList();
  }

  private static boolean same(JsonNode sent, JsonNode stored) {
    if (sent.isObject()) {
      return stored.isObject()
          && List.copyOf(sent.propertyNames()).equals(List.copyOf(stored.propertyNames()))
          && sent.propertyNames().stream()
              .allMatch(name -> same(sent.path(name), stored.path(name)));
    }
    if (sent.isArray()) {
      if (!stored.isArray() || sent.size() != stored.size()) {
        return false;
      }
      Iterator<JsonNode> other = stored.iterator();
      for (JsonNode item : sent) {
        if (!same(item, other.next())) {
          return false;
        }
      }
      return true;
    }
    if (sent.isNumber()) {
      return stored.isNumber()
          && sent.isIntegralNumber() == stored.isIntegralNumber()
          && sent.decimalValue().compareTo(stored.decimalValue()) == 0;
    }
    return sent.equals(stored);
  }

  /** The time of an event, in any of the formats that the gateway accepts. */
  public static Instant time(JsonNode timestamp) {
    return timestamp.isIntegralNumber()
        ? Instant.ofEpochMilli(timestamp.asLong())
        : OffsetDateTime.parse(timestamp.asString()).toInstant();
  }
}
