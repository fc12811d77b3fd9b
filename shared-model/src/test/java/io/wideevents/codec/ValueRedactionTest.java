package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueRedactionTest {
  private static final String CARD = "[0-9]{13,16}";
  private static final String MAIL = "[a-z0-9.]+@[a-z0-9.]+";

  @Test
  void encode_replacesThePartThatMatchesAndTellsThePath() {
    EncodeResult.Encoded result =
        encode(
            CARD + "|" + MAIL, with("\"note\":\"paid 4111111111111111 by j.doe@x.org!\",\"n\":1"));

    EncodedEvent event = result.event();
    BsonDocument document = event.document(Tier.KAFKA).bson();
    assertThat(document.getString("note").getValue()).isEqualTo("paid [REDACTED] by [REDACTED]!");
    assertThat(document.getDocument("_ingest").getArray("redacted"))
        .isEqualTo(BsonArray.parse("[\"note\"]"));
    assertThat(result.redactedValues()).isEqualTo(1);
    assertThat(json(event)).doesNotContain("4111111111111111", "j.doe");
    assertThat(decoded(event.json(Tier.KAFKA))).isEqualTo(event.document(Tier.KAFKA));
  }

  @Test
  void encode_searchesTextWithItsEscapesResolved() {
    EncodedEvent event =
        encode(MAIL, with("\"a\":\"line \\\"1\\\"\\n\\u006adoe@x.org \\ud83d\\ude00\"")).event();

    assertThat(event.document(Tier.KAFKA).bson().getString("a").getValue())
        .isEqualTo("line \"1\"\n[REDACTED] \ud83d\ude00");
    assertThat(decoded(event.json(Tier.KAFKA))).isEqualTo(event.document(Tier.KAFKA));
  }

  @Test
  void encode_searchesValuesAlone() {
    String event = with("\"4111111111111111\":4111111111111111");

    EncodeResult.Encoded result = encode(CARD, event);

    assertThat(result.redactedValues()).isZero();
    assertThat(json(result.event())).startsWith(event.substring(0, event.length() - 1));
  }

  @Test
  void encode_keepsWhatAnEventCannotBeWithout() {
    EncodeResult.Encoded result =
        encode(".+", with("\"_metadata\":{\"k\":\"x\"},\"user\":{\"id\":\"u\"}"));

    BsonDocument document = result.event().document(Tier.KAFKA).bson();
    assertThat(document.getString("requestId").getValue()).isEqualTo("r");
    assertThat(document.getString("service").getValue()).isEqualTo("checkout");
    assertThat(document.getDocument("_metadata").getString("k").getValue()).isEqualTo("[REDACTED]");
    assertThat(document.getDocument("user").getString("id").getValue()).isEqualTo("[REDACTED]");
    assertThat(result.redactedValues()).isEqualTo(2);
  }

  @Test
  void encode_summarisesWhatIsLeft() {
    EncodedEvent event =
        encode(MAIL, with("\"error\":{\"code\":\"E1\",\"message\":\"no user j.doe@x.org\"}"))
            .event();

    assertThat(event.document(Tier.KAFKA).bson().getString("_summary").getValue())
        .contains("ErrorMessage: no user [REDACTED]")
        .doesNotContain("j.doe");
  }

  @Test
  void encode_replacesTheWholeTextWhereManySmallMatchesWouldMakeItGrow() {
    EncodedEvent event = encode("[0-9]", with("\"a\":\"" + "1 ".repeat(50_000) + "\"")).event();

    assertThat(event.document(Tier.KAFKA).bson().getString("a").getValue()).isEqualTo("[REDACTED]");
  }

  @Test
  void decode_redactsOtherProducersTextButNotTheGateways() {
    RecordDecoder decoder = new RecordDecoder(settings(MAIL), Codecs.CLOCK);
    String foreign = with("\"note\":\"mail j.doe@x.org\"");
    byte[] gateways = Codecs.encode(foreign).json(Tier.KAFKA);

    assertThat(note(decoder.decode(utf8(foreign), null, null, NOW))).isEqualTo("mail [REDACTED]");
    assertThat(note(decoder.decode(gateways, null, null, NOW))).isEqualTo("mail j.doe@x.org");
  }

  /** A backtracking engine would not live to see the end of this. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void encode_takesLinearTimeForThePatternsThatBreakOthers() {
    EncodeResult.Encoded result =
        encode("(a+)+$|(.*a){12}!", with("\"a\":\"" + "a".repeat(20_000) + "b\""));

    assertThat(result.redactedValues()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "a*", "(?=a)b", "(a)\\1", "x|"})
  void of_refusesWhatIsNoPatternOrMatchesEverything(String expression) {
    assertThatThrownBy(() -> ValuePattern.of(expression))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Secrets at random places, in random company: none survives, and nothing else is touched. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void encode_leavesNoSecretAndTouchesNothingElse(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      List<String> fields = new ArrayList<>();
      int secrets = 0;
      for (int i = 0; i < 1 + random.nextInt(20); i++) {
        boolean isSecret = random.nextBoolean();
        secrets += isSecret ? 1 : 0;
        String text = (isSecret ? "s%d 4%015d e" : "p%d %d e").formatted(i, random.nextInt(9_999));
        String value = JSON_WRAPPERS.get(random.nextInt(JSON_WRAPPERS.size())).formatted(text);
        fields.add("\"f%d\":%s".formatted(i, value));
      }
      String event = with(String.join(" , ", fields));

      EncodeResult.Encoded result = encode(CARD, event);

      String json = json(result.event());
      assertThat(result.redactedValues()).as("seed %d: %s", seed, event).isEqualTo(secrets);
      assertThat(json)
          .as("seed %d", seed)
          .startsWith(
              event.substring(0, event.length() - 1).replaceAll("4[0-9]{15}", "[REDACTED]"));
      assertThat(decoded(result.event().json(Tier.KAFKA)))
          .as("seed %d: %s", seed, event)
          .isEqualTo(result.event().document(Tier.KAFKA));
    }
  }

  private static final List<String> JSON_WRAPPERS =
      List.of(
          "\"%s\"",
          "[\"%s\",1]", "{\"x\":\"%s\"}", "{\"x\":[{\"y\":\"%s\"}],\"z\":true}", "[[[\"%s\"]]]");

  private static String note(RecordResult result) {
    return ((RecordResult.Decoded) result).document().bson().getString("note").getValue();
  }

  private static EncodeResult.Encoded encode(String pattern, String event) {
    byte[] body = utf8(event);
    BodyResult result =
        new EventEncoder(settings(pattern), Codecs.CLOCK)
            .encode(body, body.length, BodyFormat.JSON);
    return (EncodeResult.Encoded) Codecs.events(result).getFirst();
  }

  private static EncoderSettings settings(String pattern) {
    EncoderSettings defaults = EncoderSettings.DEFAULT;
    return new EncoderSettings(
        defaults.limits(),
        defaults.maxEvents(),
        defaults.retention(),
        defaults.maxFuture(),
        Set.of(),
        ValuePattern.of(pattern));
  }

  private static String with(String fields) {
    String event = minimal("r", NOW);
    return event.substring(0, event.length() - 1) + "," + fields + "}";
  }

  private static String json(EncodedEvent event) {
    return new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8);
  }
}
