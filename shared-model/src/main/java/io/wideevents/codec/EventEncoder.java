package io.wideevents.codec;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns posted bytes into finalized events in one strict streaming pass, without an object tree:
 * validates, enforces the limits, redacts, derives the id and computes the summary. The same pass
 * writes the document when a tier asks for it; most events are sent as text and never need one.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class EventEncoder {
  /**
   * Heap bytes that an event takes besides its content: its objects, its outcome, its entry in the
   * reply. For small events this is more than the content.
   */
  public static final long BYTES_PER_EVENT = 512;

  private final EncoderSettings settings;
  private final InstantSource clock;
  private final NameRules names;
  private final BodyParsers parsers;

  public EventEncoder(EncoderSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.names = new NameRules(settings.limits().maxNameBytes(), settings.redactedNames());
    this.parsers = new BodyParsers(settings.limits());
  }

  /** The rules by which events are checked. */
  public EncoderSettings settings() {
    return settings;
  }

  /**
   * Encodes a whole body, already decompressed, whose memory is not limited.
   *
   * @param body UTF-8 JSON text; the events keep a reference to it, so it must not change
   *     afterwards. Parts of rejected events may be overwritten
   * @param length number of bytes of {@code body} to read
   */
  public BodyResult encode(byte[] body, int length, BodyFormat format) {
    return encode(body, length, format, bytes -> {});
  }

  /**
   * Encodes a whole body, already decompressed.
   *
   * @param body as for the other method
   * @param memory called before memory is taken in addition to the body, with its bytes; may throw
   */
  public BodyResult encode(byte[] body, int length, BodyFormat format, LongConsumer memory) {
    return encode(body, length, format, clock.instant(), memory);
  }

  /**
   * Encodes a whole body of a lenient intake. Does not trust the declared format, and infers what
   * the events lack. Takes longer than the strict {@link #encode}.
   *
   * @param declared the format that the request names; null if it names none
   * @param memory called before memory is taken in addition to the body, with its bytes; may throw
   */
  public BodyResult encode(
      byte[] body,
      int length,
      @Nullable BodyFormat declared,
      LenientRules rules,
      LongConsumer memory) {
    Instant now = clock.instant();
    LenientBody lenient =
        new LenientBody(
            rules,
            parsers,
            EventRules.strict(Origin.CLIENT, settings, names, now),
            (text, size, as, of) -> encode(text, size, as, now, of));
    return lenient.read(body, length, declared, memory);
  }

  private BodyResult encode(
      byte[] body, int length, BodyFormat format, Instant now, LongConsumer memory) {
    EventRules rules = EventRules.strict(Origin.CLIENT, settings, names, now);
    EventBodyReader reader =
        new EventBodyReader(
            parsers, body, length, rules, settings.maxEvents(length), now.toEpochMilli(), memory);
    return switch (format) {
      case JSON -> reader.readJson();
      case NDJSON -> reader.readNdjson();
    };
  }
}
