package io.wideevents.codec;

import java.time.InstantSource;

/**
 * Turns posted bytes into finalized events in one strict streaming pass: validates, enforces the
 * limits, redacts, derives the id, computes the summary and writes BSON as it goes, without an
 * object tree in between.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class EventEncoder {
  @SuppressWarnings("UnusedVariable")
  private final EncoderSettings settings;

  @SuppressWarnings("UnusedVariable")
  private final InstantSource clock;

  public EventEncoder(EncoderSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Encodes a whole body, already inflated.
   *
   * @param body UTF-8 JSON text; the events keep a reference to it, so it must not change
   *     afterwards
   * @param length bytes of {@code body} that count
   */
  @SuppressWarnings("DoNotCallSuggester")
  public BodyResult encode(byte[] body, int length, BodyFormat format) {
    throw new UnsupportedOperationException("not yet");
  }
}
