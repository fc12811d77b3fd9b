package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Deserializes a record to one fact: whether it contains the event. It compares the header {@code
 * event-id}, or, if the header is missing, the field {@code eventId} of the value. It does not keep
 * the value, so that the records of a poll take little memory.
 */
final class IdMatch implements Deserializer<Boolean> {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String EVENT_ID = "eventId";

  private final String id;
  private final byte[] header;

  IdMatch(EventId id) {
    this.id = id.toString();
    this.header = this.id.getBytes(US_ASCII);
  }

  @Override
  public Boolean deserialize(String topic, byte[] value) {
    return hasId(value);
  }

  @Override
  public Boolean deserialize(String topic, Headers headers, byte[] value) {
    Header given = headers.lastHeader(WireFormat.EVENT_ID_HEADER);
    return given == null ? hasId(value) : Arrays.equals(header, given.value());
  }

  @Override
  public Boolean deserialize(String topic, Headers headers, ByteBuffer value) {
    Header given = headers.lastHeader(WireFormat.EVENT_ID_HEADER);
    if (given != null) {
      return Arrays.equals(header, given.value());
    }
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    return hasId(bytes);
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
