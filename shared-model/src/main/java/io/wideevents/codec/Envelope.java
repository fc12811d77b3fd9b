package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Converts the envelope {@code {event, _metadata, summary, timestamp}}, in which the original Node
 * producer sends events, into flat JSON.
 */
final class Envelope {
  private static final byte[] END = {'}'};

  private final byte[] flat;
  private final int fieldsEnd;
  private final int metadataStart;
  private final int metadataEnd;

  /**
   * @param fieldsEnd where the event's own fields end in {@code flat}
   * @param metadataStart where the value of {@code _metadata} begins; equals {@code metadataEnd} if
   *     there is none
   */
  private Envelope(byte[] flat, int fieldsEnd, int metadataStart, int metadataEnd) {
    this.flat = flat;
    this.fieldsEnd = fieldsEnd;
    this.metadataStart = metadataStart;
    this.metadataEnd = metadataEnd;
  }

  /**
   * The event's own fields, {@code _metadata}, and {@code timestamp} unless the event has one. The
   * summary is left out, because it is computed again.
   */
  byte[] flat() {
    return flat;
  }

  /**
   * The hash of the redacted text of {@code event} and {@code _metadata}. An event with its own
   * timestamp is therefore the same event if it is wrapped again at another time. The id of an
   * event without a timestamp also depends on the envelope's timestamp, so two envelopes with
   * different timestamps stay two events.
   *
   * @param splice the changes to {@link #flat()}
   */
  ContentHash hash(Splice splice) {
    return ContentHash.ofParts(
        parts -> {
          splice.addTo(parts, flat, 0, fieldsEnd);
          parts.add(END, 0, END.length);
          splice.addTo(parts, flat, metadataStart, metadataEnd);
        });
  }

  /**
   * Recognises the envelope by its names: exactly these four, each once, and {@code event} is an
   * object.
   *
   * @param value one JSON object, which has been read without a failure before
   * @return null if it is no envelope
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
      ByteArrayOutputStream flat = new ByteArrayOutputStream();
      flat.write(event, 0, event.length - 1);
      int fieldsEnd = flat.size();
      boolean isEmpty = isBlank(event);
      int metadataEnd = 0;
      int metadataStart = 0;
      if (metadata != null) {
        append(flat, isEmpty, "\"_metadata\":", metadata);
        isEmpty = false;
        metadataEnd = flat.size();
        metadataStart = metadataEnd - metadata.length;
      }
      if (timestamp != null && !eventHasTimestamp) {
        append(flat, isEmpty, "\"timestamp\":", timestamp);
      }
      flat.writeBytes(END);
      return new Envelope(flat.toByteArray(), fieldsEnd, metadataStart, metadataEnd);
    }

    private static void append(
        ByteArrayOutputStream flat, boolean isFirst, String name, byte[] value) {
      flat.writeBytes(Utf8.ascii(isFirst ? name : ',' + name));
      flat.writeBytes(value);
    }

    private static boolean isBlank(byte[] object) {
      for (int i = 1; i < object.length - 1; i++) {
        if (!JsonText.isWhiteSpace(object[i])) {
          return false;
        }
      }
      return true;
    }
  }
}
