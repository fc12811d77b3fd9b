package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventProblem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A codec with the default settings and a clock that stands still, for tests. */
public final class Codecs {
  public static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  public static final InstantSource CLOCK = InstantSource.fixed(NOW);
  public static final EventEncoder ENCODER = new EventEncoder(EncoderSettings.DEFAULT, CLOCK);
  public static final RecordDecoder DECODER = new RecordDecoder(EncoderSettings.DEFAULT, CLOCK);

  private Codecs() {}

  static BodyResult encodeBody(String json) {
    byte[] body = utf8(json);
    return ENCODER.encode(body, body.length, BodyFormat.JSON);
  }

  static List<EncodeResult> encodeLines(String ndjson) {
    byte[] body = utf8(ndjson);
    return events(ENCODER.encode(body, body.length, BodyFormat.NDJSON));
  }

  /** The event of a body that holds a good one. */
  public static EncodedEvent encode(String json) {
    return encoded(events(encodeBody(json)).getFirst());
  }

  static EncodedEvent encoded(EncodeResult result) {
    assertThat(result).isInstanceOf(EncodeResult.Encoded.class);
    return ((EncodeResult.Encoded) result).event();
  }

  /** The problems of a body that holds one event that breaks rules. */
  static List<EventProblem> problemsOf(String json) {
    return problems(events(encodeBody(json)).getFirst());
  }

  static List<EventProblem> problems(EncodeResult result) {
    assertThat(result).isInstanceOf(EncodeResult.Rejected.class);
    return ((EncodeResult.Rejected) result).problems();
  }

  /** The problem of a body that cannot be read at all. */
  static EventProblem malformed(BodyResult result) {
    assertThat(result).isInstanceOf(BodyResult.Malformed.class);
    return ((BodyResult.Malformed) result).problem();
  }

  static List<EncodeResult> events(BodyResult result) {
    assertThat(result).isInstanceOf(BodyResult.Events.class);
    return ((BodyResult.Events) result).results();
  }

  public static RecordResult decode(byte @Nullable [] value) {
    return DECODER.decode(value, null, null, NOW);
  }

  static EventDocument decoded(byte[] value) {
    RecordResult result = decode(value);
    assertThat(result).isInstanceOf(RecordResult.Decoded.class);
    return ((RecordResult.Decoded) result).document();
  }
}
