package io.wideevents.codec;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Turns posted bytes into finalized events in one strict streaming pass, without an object tree:
 * validates, enforces the limits, redacts, derives the id and computes the summary. The same pass
 * writes the document when a tier asks for it; most events are sent as text and never need one.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class EventEncoder {
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
   * Encodes a whole body, already decompressed.
   *
   * @param body UTF-8 JSON text; the events keep a reference to it, so it must not change
   *     afterwards. Parts of rejected events may be overwritten
   * @param length number of bytes of {@code body} to read
   */
  public BodyResult encode(byte[] body, int length, BodyFormat format) {
    Instant now = clock.instant();
    EventRules rules = EventRules.strict(Origin.CLIENT, settings, names, now);
    EventBodyReader reader =
        new EventBodyReader(parsers, body, length, rules, settings.maxEvents(), now.toEpochMilli());
    return switch (format) {
      case JSON -> reader.readJson();
      case NDJSON -> reader.readNdjson();
    };
  }
}
