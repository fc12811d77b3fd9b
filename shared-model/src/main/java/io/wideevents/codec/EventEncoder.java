package io.wideevents.codec;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Turns posted bytes into finalized events in one strict streaming pass: validates, enforces the
 * limits, redacts, derives the id and computes the summary, without an object tree. The document is
 * written by the same pass when a tier asks for it; most events leave as text and never need one.
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

  /**
   * Encodes a whole body, already inflated.
   *
   * @param body UTF-8 JSON text; the events keep a reference to it, so it must not change
   *     afterwards. Parts of events that are refused may be overwritten here
   * @param length bytes of {@code body} that count
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
