package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import java.util.Locale;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Whether a record contains the event. Compares the header {@code event-id}, or, if the header is
 * missing, the field {@code eventId} of the value.
 */
final class IdMatch implements Predicate<ConsumerRecord<byte[], byte[]>> {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String EVENT_ID = "eventId";

  private final String id;

  IdMatch(EventId id) {
    this.id = id.toString();
  }

  @Override
  public boolean test(ConsumerRecord<byte[], byte[]> record) {
    Header given = record.headers().lastHeader(WireFormat.EVENT_ID_HEADER);
    // As the worker reads it: a header without a value is missing, and the case does not matter.
    if (given != null && given.value() != null) {
      return id.equalsIgnoreCase(new String(given.value(), UTF_8));
    }
    return record.value() != null && hasId(record.value());
  }

  private boolean hasId(byte[] value) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean isId = parser.currentName().equals(EVENT_ID);
        JsonToken token = parser.nextToken();
        if (isId && token == JsonToken.VALUE_STRING) {
          return parser.getString().toLowerCase(Locale.ROOT).equals(id);
        }
        parser.skipChildren();
      }
      return false;
    } catch (JacksonException e) {
      return false; // not an event; the workers make a dead letter of it
    }
  }
}
