package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final BsonValue REDACTED = new BsonString("[REDACTED]");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"s3cret\"",
        "\"s3cret \\\"quoted\\\" \\\\\"",
        "12345",
        "-1.5e3",
        "true",
        "null",
        "{\"s3cret\":{\"a\":[1,\"}\"]}}",
        "[\"s3cret\",{\"]\":1}]"
      })
  void encode_replacesAValueOfAnyType(String secret) {
    EncodedEvent event = encode(with("\"Password\" : " + secret + " , \"after\":1"));

    String json = new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8);
    BsonDocument document = event.document(Tier.KAFKA).bson();
    assertThat(json)
        .contains("\"Password\" : \"[REDACTED]\" , \"after\":1")
        .doesNotContain("s3cret");
    assertThat(document.get("Password")).isEqualTo(REDACTED);
    assertThat(document.toJson()).doesNotContain("s3cret");
    assertThat(document.getInt32("after").getValue()).isEqualTo(1);
  }

  @Test
  void encode_findsNamesAtAnyDepthAndTellsTheirPaths() {
    EncodedEvent event =
        encode(with("\"http\":{\"headers\":[{\"Set-Cookie\":1},{\"x\":{\"AUTHORIZATION\":2}}]}"));

    assertThat(redacted(event))
        .isEqualTo(
            BsonArray.parse(
                "[\"http.headers[0].Set-Cookie\", \"http.headers[1].x.AUTHORIZATION\"]"));
  }

  @Test
  void encode_comparesNamesWithTheirEscapesResolved() {
    EncodedEvent event = encode(with("\"p\\u0061ssword\":\"s3cret\""));

    assertThat(event.document(Tier.KAFKA).bson().get("password")).isEqualTo(REDACTED);
  }

  @Test
  void encode_neverRedactsWhatAnEventCannotBeWithout() {
    EventEncoder everything = encoderRedacting("*e*", "*s*", "*i*");
    byte[] body = utf8(with("\"_metadata\":{\"keep\":1,\"no\":2},\"_sampling\":{\"rate\":2}"));

    EncodedEvent event =
        Codecs.encoded(
            Codecs.events(everything.encode(body, body.length, BodyFormat.JSON)).getFirst());

    BsonDocument document = event.document(Tier.KAFKA).bson();
    assertThat(document.getString("requestId").getValue()).isEqualTo("r");
    assertThat(document.getString("service").getValue()).isEqualTo("checkout");
    assertThat(document.isDateTime("timestamp")).isTrue();
    assertThat(document.getDocument("_sampling").getInt32("rate").getValue()).isEqualTo(2);
    assertThat(document.getDocument("_metadata").get("keep")).isEqualTo(REDACTED);
    assertThat(document.getDocument("_metadata").getInt32("no").getValue()).isEqualTo(2);
  }

  @Test
  void encode_summarisesWhatIsLeft() {
    EventEncoder strict = encoderRedacting("message", "role", "performance");
    byte[] body =
        utf8(
            with(
                "\"error\":{\"code\":\"E1\",\"message\":\"s3cret\"},\"user\":{\"role\":\"s3cret\"},"
                    + "\"performance\":{\"durationMs\":5}"));

    EncodedEvent event =
        Codecs.encoded(Codecs.events(strict.encode(body, body.length, BodyFormat.JSON)).getFirst());

    assertThat(event.document(Tier.KAFKA).bson().getString("_summary").getValue())
        .isEqualTo(
            "Outcome: FAILED Service: checkout Route: GET /health Error: E1"
                + " ErrorMessage: [REDACTED] UserRole: [REDACTED] LatencyBucket: unknown");
  }

  @Test
  void encode_ofARedactedErrorIsStillAFailure() {
    EventEncoder strict = encoderRedacting("error");
    byte[] body = utf8(with("\"error\":{\"code\":\"E1\"}"));

    EncodedEvent event =
        Codecs.encoded(Codecs.events(strict.encode(body, body.length, BodyFormat.JSON)).getFirst());

    assertThat(event.document(Tier.KAFKA).bson().getString("_summary").getValue())
        .startsWith("Outcome: FAILED");
    assertThat(decoded(event.json(Tier.KAFKA))).isEqualTo(event.document(Tier.KAFKA));
  }

  @Test
  void encode_hashesWhatIsLeft() {
    EventDocument one = encode(with("\"password\":\"one\"")).document(Tier.KAFKA);
    EventDocument two = encode(with("\"password\":{\"two\":2}")).document(Tier.KAFKA);
    EventDocument other = encode(with("\"passwort\":\"one\"")).document(Tier.KAFKA);

    assertThat(two).isEqualTo(one);
    assertThat(other.hash()).isNotEqualTo(one.hash());
  }

  @Test
  void encode_countsTheValuesItReplaced() {
    byte[] body = utf8(with("\"token\":1,\"a\":[{\"Cookie\":{\"token\":2}},{\"x_secret\":null}]"));

    EncodeResult result =
        Codecs.events(
                new EventEncoder(EncoderSettings.DEFAULT, Codecs.CLOCK)
                    .encode(body, body.length, BodyFormat.JSON))
            .getFirst();

    assertThat(((EncodeResult.Encoded) result).redactedValues())
        .as("one inside of another is not looked at")
        .isEqualTo(3);
  }

  @Test
  void encode_boundsThePathsItTells() {
    String items =
        IntStream.range(0, 150)
            .mapToObj(i -> "{\"password\":" + i + "}")
            .collect(Collectors.joining(",", "[", "]"));

    EncodedEvent event = encode(with("\"x\":" + items));

    assertThat(redacted(event)).hasSize(Ingest.MAX_REDACTED_PATHS);
    assertThat(new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8))
        .doesNotContain("{\"password\":149}");
  }

  @Test
  void encode_boundsTheLengthOfThePathsItTells() {
    // Given a small event that would tell the same long path a hundred times
    String fields =
        IntStream.range(0, 100)
            .mapToObj(i -> "\"" + i + "token\":1")
            .collect(Collectors.joining(",", "{", "}"));

    EncodedEvent event = encode(with("\"" + "x".repeat(250) + "\":" + fields));

    assertThat(redacted(event).stream().mapToInt(path -> path.asString().getValue().length()).sum())
        .isBetween(1, 2_560);
    assertThat(new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8))
        .doesNotContain("token\":1");
  }

  @Test
  void decode_redactsOtherProducersRecordsButNotTheGateways() {
    RecordDecoder strict = new RecordDecoder(settingsRedacting("cart"), Codecs.CLOCK);
    byte[] gateways = encode(with("\"cart\":1")).json(Tier.KAFKA);

    RecordResult fromGateway = strict.decode(gateways, null, null, NOW);
    RecordResult fromOther = strict.decode(utf8(with("\"cart\":1")), null, null, NOW);

    assertThat(((RecordResult.Decoded) fromGateway).document().bson().isInt32("cart")).isTrue();
    assertThat(((RecordResult.Decoded) fromOther).document().bson().get("cart"))
        .isEqualTo(REDACTED);
  }

  private static String with(String fields) {
    String event = minimal("r", NOW);
    return event.substring(0, event.length() - 1) + "," + fields + "}";
  }

  private static BsonArray redacted(EncodedEvent event) {
    return event.document(Tier.KAFKA).bson().getDocument("_ingest").getArray("redacted");
  }

  private static EventEncoder encoderRedacting(String... names) {
    return new EventEncoder(settingsRedacting(names), Codecs.CLOCK);
  }

  private static EncoderSettings settingsRedacting(String... names) {
    EncoderSettings defaults = EncoderSettings.DEFAULT;
    return new EncoderSettings(
        defaults.limits(),
        defaults.maxEvents(),
        defaults.retention(),
        defaults.maxFuture(),
        Set.of(names));
  }
}
