package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The envelope {@code {event, _metadata, summary, timestamp}} in which the original Node producer
 * sends events, turned into flat JSON.
 */
final class Envelope {
  private final byte[] flat;
  private final ContentHash hash;

  private Envelope(byte[] flat, ContentHash hash) {
    this.flat = flat;
    this.hash = hash;
  }

  /**
   * The event's own fields, {@code _metadata}, and {@code timestamp} unless the event has one. The
   * summary is left out, for it is computed anew.
   */
  byte[] flat() {
    return flat;
  }

  /**
   * Over the text of {@code event} and {@code _metadata}. An event with a timestamp of its own is
   * therefore the same event when it is wrapped again, at another time; the id of one without is
   * made of the envelope's timestamp too, so that two that differ in it stay two.
   */
  ContentHash hash() {
    return hash;
  }

  /**
   * Recognises the envelope by its names: these four and no others, each once, {@code event} an
   * object.
   *
   * @param value one JSON object, which has been read without a failure before
   * @return null when it is no envelope
   */
  static @Nullable Envelope in(byte[] value) {
    try (EventText text = EventText.open(value, 0, value.length, 1)) {
      return new Reader(text).read();
    }
  }

  private static final class Reader {
    private final EventText text;
    private final JsonParser parser;
    private byte @Nullable [] event;
    private byte @Nullable [] metadata;
    private byte @Nullable [] timestamp;
    private boolean eventHasTimestamp;

    Reader(EventText text) {
      this.text = text;
      this.parser = text.parser();
    }

    @Nullable Envelope read() {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (name) {
          case "event" -> {
            if (token != JsonToken.START_OBJECT || event != null) {
              return null;
            }
            event = eventObject();
          }
          case "_metadata" -> {
            if (metadata != null) {
              return null;
            }
            metadata = value();
          }
          case "timestamp" -> {
            if (timestamp != null) {
              return null;
            }
            timestamp = value();
          }
          case "summary" -> parser.skipChildren();
          default -> {
            return null;
          }
        }
      }
      return event == null ? null : flatten(event);
    }

    private byte[] eventObject() {
      int from = text.offset(parser.currentTokenLocation());
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        eventHasTimestamp |= parser.currentName().equals("timestamp");
        parser.nextToken();
        parser.skipChildren();
      }
      return Arrays.copyOfRange(text.bytes(), from, text.offset(parser.currentLocation()));
    }

    private byte[] value() {
      int from = text.offset(parser.currentTokenLocation());
      parser.skipChildren();
      parser.finishToken();
      return Arrays.copyOfRange(text.bytes(), from, text.offset(parser.currentLocation()));
    }

    private Envelope flatten(byte[] event) {
      StringBuilder flat = new StringBuilder();
      String fields = new String(event, 1, event.length - 2, StandardCharsets.UTF_8);
      flat.append('{').append(fields);
      if (metadata != null) {
        append(flat, fields, "\"_metadata\":", metadata);
      }
      if (timestamp != null && !eventHasTimestamp) {
        append(flat, fields, "\"timestamp\":", timestamp);
      }
      byte[] hashed = metadata == null ? event : concat(event, metadata);
      return new Envelope(
          flat.append('}').toString().getBytes(StandardCharsets.UTF_8),
          ContentHash.of(hashed, 0, hashed.length));
    }

    private static void append(StringBuilder flat, String fields, String name, byte[] value) {
      // After an event without fields, and after nothing else, there is nothing to separate.
      if (!fields.isBlank() || flat.length() > fields.length() + 1) {
        flat.append(',');
      }
      flat.append(name).append(new String(value, StandardCharsets.UTF_8));
    }

    private static byte[] concat(byte[] first, byte[] second) {
      byte[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      return both;
    }
  }
}
