package io.wideevents.codec;

import static io.wideevents.codec.Codecs.events;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventLimits;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets in events of a lenient intake and in the dead letters of rejected events. */
class LenientSecretsTest {
  private static final String SECRET = "s3cr3t-7141";
  private static final String REST =
      "\"service\":\"shop\",\"route\":\"GET /\",\"timestamp\":\"2026-11-22T09:59:00Z\"";

  private static final EventEncoder ENCODER =
      new EventEncoder(
          new EncoderSettings(
              EventLimits.DEFAULT,
              EncoderSettings.DEFAULT_MAX_EVENTS,
              EncoderSettings.DEFAULT_RETENTION,
              EncoderSettings.DEFAULT_MAX_FUTURE,
              Set.of("password", "card.number", "http.*", "trace_id", "app"),
              ValuePattern.of("pin-[0-9a-z-]+")),
          Codecs.CLOCK);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"card.number\":\"%s\"",
        "\"a\":[{\"Card.Number\":{\"x\":\"%s\"}}]",
        "\"http.request.header\":\"%s\"",
        "\"user.password\":\"%s\"",
        "\"trace_id\":\"%s\"",
        "\"x-request-id\":\"pin-%s\"",
        "\"app\":{\"name\":\"%s\"}",
        "\"error\":\"pin-%s\""
      })
  void secret_isNotStored(String field) {
    String event =
        "{" + REST.replace("\"service\":\"shop\",", "") + "," + field.formatted(SECRET) + "}";

    EncodeResult result =
        encode("lenient;nest;last-wins;service-field=app.name;service=web", event);

    assertThat(text(Codecs.encoded(result).json(Tier.KAFKA))).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"password\":\"%s\"}",
        "{\"user.password\":\"%s\"}",
        "{\"card.number\":\"%s\"}",
        "{\"_x\":{\"password\":\"%s\"}}",
        "{\"_ingest\":{\"a\":[{\"password\":{\"b\":\"%s\"}}]}}",
        "{\"_pin\":\"pin-%s\"}",
        "{\"timestamp\":{\"password\":\"%s\"}}",
        "{\"eventId\":[\"pin-%s\"]}",
        "{\"deep\":DEEP{\"a\":1,\"password\":\"%s\",\"b\":\"pin-%s\"}PEED}",
        "[{\"password\":\"%s\"}]"
      })
  void secret_isNotInADeadLetter(String event) {
    String sent =
        event.replace("%s", SECRET).replace("DEEP", "[".repeat(40)).replace("PEED", "]".repeat(40));

    EncodeResult result = encode("lenient;nest", "[" + sent + "]");

    RejectedText kept = ((EncodeResult.Rejected) result).text();
    assertThat(text(kept.bytes())).doesNotContain(SECRET).contains("[REDACTED]");
  }

  private static EncodeResult encode(String mode, String event) {
    byte[] body = utf8(event);
    LenientRules rules = IntakeMode.parse(mode).lenient().orElseThrow();
    return events(ENCODER.encode(body, body.length, BodyFormat.JSON, rules, more -> {})).getFirst();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
