package io.wideevents.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The event's rules as a JSON Schema (2020-12), for editors, generators and tests of senders. The
 * codec is authoritative: every document that the codec accepts is valid under the schema. The
 * {@code $comment} lists the rules that the schema cannot express.
 */
public final class EventSchema {
  private EventSchema() {}

  /** The schema's text in UTF-8; a new array. */
  public static byte[] json() {
    try (InputStream in =
        Objects.requireNonNull(EventSchema.class.getResourceAsStream("event.schema.json"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the event's schema from our own jar", e);
    }
  }
}
