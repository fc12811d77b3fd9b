package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is stored of an event depends on nothing that was redacted. A secret of six digits has a
 * million values, so a hash over it would give it away within a second.
 */
class RedactedSecretTest {
  private static final int SECRETS = 1_000_000;

  /** For the other shapes: each of their values is one of the million, too. */
  private static final int STEP = 9_973;

  private static final EncoderSettings SETTINGS =
      new EncoderSettings(
          EncoderSettings.DEFAULT.limits(),
          EncoderSettings.DEFAULT.maxEvents(),
          EncoderSettings.DEFAULT.retention(),
          EncoderSettings.DEFAULT.maxFuture(),
          Set.of("pin", "message", "performance"),
          ValuePattern.of("[0-9]{6}"));

  private static final EventEncoder ENCODER = new EventEncoder(SETTINGS, Codecs.CLOCK);
  private static final RecordDecoder DECODER = new RecordDecoder(SETTINGS, Codecs.CLOCK);

  private static final List<String> SHAPES =
      List.of(
          "\"pin\":\"%06d\"",
          "\"pin\":1%06d",
          "\"Pin\" : { \"a\" : [ 1%06d.5, \"%1$06d\" ] }",
          "\"a\":[{\"b\":[[{\"pin\":\"%06d\"}]]}]",
          "\"note\":\"paid with %06d today\"",
          "\"notes\":[1,[\"%06d\",{\"x\":\"%1$06d%1$06d\"}]]",
          "\"error\":{\"code\":\"E-%06d\",\"message\":\"wrong pin %1$06d\"}",
          "\"user\":{\"id\":\"%06d\",\"role\":\"pin %1$06d\"}",
          "\"performance\":{\"durationMs\":1%06d}",
          "\"_metadata\":{\"pin\":1%06d.0,\"x\":\"%1$06d\"}",
          "\"_sampling\":{\"rate\":1,\"why\":\"%06d\"}",
          // Thrown away, and computed by the pipeline: it must not live on in the hash.
          "\"_summary\":\"pin %06d\"");

  @Test
  @Tag("slow")
  void everyValueOfARedactedField_leavesTheSameEvent() {
    String event = with("\"pin\":\"######\"");
    Set<Object> stored = new HashSet<>();

    for (int secret = 0; secret < SECRETS; secret++) {
      EncodedEvent encoded = encoded(event.replace("######", "%06d".formatted(secret)));
      stored.add(encoded.id());
      if (secret % STEP == 0) {
        stored.add(encoded.document(Tier.KAFKA).hash());
      }
    }

    assertThat(stored).as("one id and one hash").hasSize(2);
  }

  static Stream<Arguments> ways() {
    return SHAPES.stream()
        .flatMap(
            shape ->
                Stream.of(
                    Arguments.of(shape, named("document", RedactedSecretTest::posted)),
                    Arguments.of(shape, named("record", RedactedSecretTest::published)),
                    Arguments.of(shape, named("foreign", RedactedSecretTest::foreign)),
                    Arguments.of(shape, named("envelope", RedactedSecretTest::wrapped))));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void storedDocument_isTheSameForEverySecret(String shape, Way way) {
    Set<BsonDocument> stored = new HashSet<>();

    for (int secret = 0; secret < SECRETS; secret += STEP) {
      stored.add(way.of().apply(with(shape.formatted(secret))));
    }

    assertThat(stored.size()).as("different documents").isEqualTo(1);
    assertThat(stored.iterator().next().toString()).doesNotContain("009973");
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void worker_findsTheHashInTheBytesThatAreStored(String shape) {
    EventDocument posted = event(with(shape.formatted(123_456))).document(Tier.KAFKA);
    byte[] record = event(with(shape.formatted(123_456))).json(Tier.KAFKA);

    // When another producer sends what the gateway published, without the pipeline's own fields
    String text = new String(record, StandardCharsets.UTF_8);
    EventDocument again =
        decoded(utf8(text.substring(0, text.lastIndexOf(",\"eventId\":")) + "}")).document();

    assertThat(again.hash()).isEqualTo(posted.hash());
    assertThat(again.id()).isEqualTo(posted.id());
  }

  static Stream<String> shapes() {
    return SHAPES.stream();
  }

  @Test
  void inProcessEvents_haveTheSameTextForEverySecret() {
    FieldRules rules = new FieldRules(SETTINGS);
    Set<BsonDocument> stored = new HashSet<>();

    for (int secret = 0; secret < SECRETS; secret += STEP) {
      String text = "%06d".formatted(secret);
      EventFields fields = rules.newFields();
      fields.set("pin", secret);
      fields.set("a", List.of(Map.of("pin", text)));
      fields.set("error.message", "wrong pin " + text);
      fields.set("note", "paid with " + text);
      BsonDocument document = copy(composed(rules, fields));
      // Both come from the id, which is random here.
      document.remove("_id");
      document.getDocument("_ingest").remove("hash");
      stored.add(document);
    }

    assertThat(stored).hasSize(1);
  }

  @Test
  void inProcessText_isRedactedBeforeItIsCut() {
    FieldRules rules = new FieldRules(SETTINGS);
    int most = SETTINGS.limits().maxEventBytes() / 8;
    EventFields fields = rules.newFields();
    fields.set("note", "x".repeat(most - 3) + "123456" + "y".repeat(100_000));

    String note = composed(rules, fields).bson().getString("note").getValue();

    assertThat(note).doesNotContain("123").hasSizeLessThanOrEqualTo(most);
  }

  @Test
  void redact_leavesItsOwnReplacementAlone() {
    for (String expression : List.of("[A-Z]+", "[0-9]+|RED", ".+", "\\[", "[A-Z0-9]{4,}")) {
      ValuePattern pattern = ValuePattern.of(expression);
      String once = pattern.redact("card 4111 of [Jane DOE]");

      assertThat(pattern.redact(once)).as(expression).isEqualTo(once);
    }
  }

  private static EventDocument composed(FieldRules rules, EventFields fields) {
    EventComposer.Head head =
        new EventComposer.Head(
            "r", "checkout", "GET /pay", NOW.toEpochMilli(), 1_000, NOW.toEpochMilli());
    return rules.newComposer().compose(fields, head, null).document(Tier.KAFKA);
  }

  /** One way from a text to what is stored of it. */
  record Way(String name, Function<String, BsonDocument> of) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Way named(String name, Function<String, BsonDocument> of) {
    return new Way(name, of);
  }

  private static BsonDocument posted(String text) {
    return copy(event(text).document(Tier.KAFKA));
  }

  private static BsonDocument published(String text) {
    byte[] json = event(text).json(Tier.KAFKA);
    return new BsonDocument("json", new BsonBinary(json))
        .append("document", copy(decoded(json).document()));
  }

  private static BsonDocument foreign(String text) {
    return copy(decoded(utf8(text)).document());
  }

  private static BsonDocument wrapped(String text) {
    return copy(
        decoded(utf8("{\"summary\":\"old words\",\"event\":" + text + ",\"timestamp\":1}"))
            .document());
  }

  private static EncodedEvent event(String text) {
    return encoded(text);
  }

  private static EncodedEvent encoded(String text) {
    byte[] body = utf8(text);
    return Codecs.encoded(
        Codecs.events(ENCODER.encode(body, body.length, BodyFormat.JSON)).getFirst());
  }

  private static RecordResult.Decoded decoded(byte[] value) {
    RecordResult result = DECODER.decode(value, null, null, NOW);
    assertThat(result).isInstanceOf(RecordResult.Decoded.class);
    return (RecordResult.Decoded) result;
  }

  private static BsonDocument copy(EventDocument document) {
    return document.bson().decode(new BsonDocumentCodec());
  }

  private static String with(String fields) {
    String event = minimal("r", NOW);
    return event.substring(0, event.length() - 1) + "," + fields + "}";
  }
}
