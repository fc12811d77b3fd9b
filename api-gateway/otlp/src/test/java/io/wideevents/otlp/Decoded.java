package io.wideevents.otlp;

import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventLimits;
import io.wideevents.event.EventProblem;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.bson.Document;

/** The result of decoding a body with a fixed clock, in the forms that tests look at. */
record Decoded(OtlpEvents result, long reservedBytes) {
  static final int MAX_BYTES = 4 * 1024 * 1024;

  static final EncoderSettings SETTINGS =
      new EncoderSettings(
          EventLimits.DEFAULT,
          1_000,
          Duration.ofDays(30),
          Duration.ofHours(24),
          EncoderSettings.DEFAULT_REDACTED_NAMES);

  static Decoded spans(byte[] body) {
    return of(body, OtlpSignal.TRACES, OtlpEncoding.PROTOBUF, SpanSelection.REQUESTS);
  }

  static Decoded logs(byte[] body) {
    return of(body, OtlpSignal.LOGS, OtlpEncoding.PROTOBUF, SpanSelection.REQUESTS);
  }

  static Decoded json(String body, OtlpSignal signal) {
    return of(
        body.getBytes(StandardCharsets.UTF_8), signal, OtlpEncoding.JSON, SpanSelection.REQUESTS);
  }

  static Decoded of(
      byte[] body, OtlpSignal signal, OtlpEncoding encoding, SpanSelection selection) {
    EventEncoder encoder = new EventEncoder(SETTINGS, InstantSource.fixed(Otlp.START));
    long[] reserved = {0};
    OtlpEvents events =
        new OtlpDecoder(encoder, selection)
            .decode(
                body,
                body.length,
                signal,
                encoding,
                MAX_BYTES,
                bytes -> {
                  if (bytes < 0) {
                    throw new AssertionError("Memory is only reserved");
                  }
                  reserved[0] += bytes;
                });
    return new Decoded(events, reserved[0]);
  }

  List<EncodeResult> results() {
    return ((BodyResult.Events) result.result()).results();
  }

  /** The only event. */
  Document event() {
    if (results().size() != 1) {
      throw new AssertionError(results().size() + " results: " + problems());
    }
    return events().getFirst();
  }

  List<Document> events() {
    return encoded().stream()
        .map(event -> Document.parse(new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8)))
        .toList();
  }

  List<EncodedEvent> encoded() {
    return results().stream()
        .filter(EncodeResult.Encoded.class::isInstance)
        .map(result -> ((EncodeResult.Encoded) result).event())
        .toList();
  }

  /** The codes of the first problems of the rejected items. */
  List<String> problems() {
    return results().stream()
        .filter(EncodeResult.Rejected.class::isInstance)
        .map(result -> ((EncodeResult.Rejected) result).problems().getFirst())
        .map(EventProblem::code)
        .toList();
  }

  /** The code of the body's problem. */
  String bodyProblem() {
    return switch (result.result()) {
      case BodyResult.Malformed malformed -> malformed.problem().code();
      case BodyResult.TooManyEvents tooMany -> tooMany.problem().code();
      case BodyResult.Events events -> "no problem";
    };
  }
}
