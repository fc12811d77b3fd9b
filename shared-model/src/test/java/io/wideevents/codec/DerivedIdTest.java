package io.wideevents.codec;

import static io.wideevents.codec.Codecs.CLOCK;
import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decode;
import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.codec.Codecs.encodeBody;
import static io.wideevents.codec.Codecs.encodeLines;
import static io.wideevents.codec.Codecs.encoded;
import static io.wideevents.codec.Codecs.events;
import static io.wideevents.codec.Codecs.problems;
import static io.wideevents.codec.Codecs.problemsOf;
import static io.wideevents.event.TestEvents.checkout;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.ContentHash;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.EventProblem;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Version 8 is the pipeline's own: such an id is taken only with the content it is derived from.
 */
class DerivedIdTest {
  private static final String OTHER = "0192f0c1-2b4d-8f6e-9a1b-2c3d4e5f6071";
  private static final String WITH_SECRET =
      minimal("r", NOW).replace("}", ",\"password\":\"s3cret\",\"_summary\":\"words\"}");

  @Test
  void encode_rejectsAnIdOfVersion8ThatIsNotDerived() {
    String event = withId(minimal("r", NOW), OTHER);

    assertThat(problemsOf(event))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo("event_id_invalid");
              assertThat(problem.field()).isEqualTo("eventId");
              assertThat(problem.fix()).contains("version 4 or 7");
              assertThat(problem.position()).isEqualTo(new EventProblem.Position(1, 12));
            });
  }

  @Test
  void encode_rejectsItWhereverItStandsAndKeepsTheOthers() {
    String good = minimal("a", NOW);
    String bad = withId(good, OTHER.toUpperCase(Locale.ROOT));

    List<EncodeResult> array = events(encodeBody("[" + good + ",\n" + bad + "," + good + "]"));
    List<EncodeResult> lines = encodeLines(good + "\n" + bad + "\n" + good);

    for (List<EncodeResult> results : List.of(array, lines)) {
      assertThat(problems(results.get(1)).getFirst().code()).isEqualTo("event_id_invalid");
      assertThat(problems(results.get(1)).getFirst().position())
          .isEqualTo(new EventProblem.Position(2, 12));
      assertThat(encoded(results.get(0)).id()).isEqualTo(encoded(results.get(2)).id());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "4", "5", "6", "7", "9", "f"})
  void encode_takesEveryOtherVersion(String version) {
    String id = "0192f0c1-2b4d-" + version + "f6e-9a1b-2c3d4e5f6071";

    EncodedEvent event = encode(withId(minimal("r", NOW), id));

    assertThat(event.id()).hasToString(id);
  }

  @Test
  void encode_rejectsACorrectionUnderTheIdOfWhatItCorrects() {
    String id = encode(checkout(1, NOW)).id().toString();

    List<EventProblem> problems =
        problemsOf(withId(checkout(1, NOW).replace("59.97", "59.98"), id));

    assertThat(problems).extracting(EventProblem::code).containsExactly("event_id_invalid");
  }

  @Test
  void encode_rejectsTheIdOfAnotherTimestamp() {
    String id = encode(minimal("r", NOW)).id().toString();

    assertThat(problemsOf(withId(minimal("r", NOW.plusMillis(1)), id)))
        .extracting(EventProblem::code)
        .containsExactly("event_id_invalid");
  }

  @Test
  void encode_reportsOnlyWhatElseIsWrong_whenNoIdCanBeDerived() {
    assertThat(problemsOf("{\"eventId\":\"" + OTHER + "\"}"))
        .extracting(EventProblem::code)
        .containsOnly("missing_field");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"eventId\":\"ID\",REST}",
        "{\"eventId\": \"ID\", REST}",
        "{REST,\"eventId\":\"ID\"}",
        "{REST, \"eventId\" : \"ID\" }",
        "{\"a\":1,\"eventId\":\"ID\",REST}",
        "{\"eventId\":\"ID\",\"_summary\":\"s\",REST}",
        "{\"_summary\":\"s\",\"eventId\":\"ID\",REST}",
        "{REST,\"_summary\":\"s\",\"eventId\":\"ID\"}",
        "{REST,\"eventId\":\"ID\",\"_summary\":\"s\"}",
        "{\"eventId\": \"ID\", \"_summary\":\"s\",REST}",
        "{REST,\"password\":\"s3cret\",\"eventId\":\"ID\"}",
        "{\n  \"eventId\": \"ID\",\n  \"a\": 1,\n  REST\n}",
        "{\"eventId\":\"ID\",\"password\":1,REST}"
      })
  void encode_takesTheDerivedIdBesideItsContent(String layout) {
    // Given what the gateway answered for the event without an id
    String text =
        layout.replace("REST", minimal("r", NOW).substring(1, minimal("r", NOW).length() - 1));
    String without =
        text.replaceFirst("\"eventId\"\\s*:\\s*\"ID\",\\s*", "")
            .replaceFirst(",\\s*\"eventId\"\\s*:\\s*\"ID\"", "");
    EncodedEvent first = encode(without);

    EncodedEvent again = encode(text.replace("ID", first.id().toString()));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.document(Tier.KAFKA)).isEqualTo(first.document(Tier.KAFKA));
    assertThat(json(again).split("\"eventId\"", -1)).as(json(again)).hasSize(2);
    assertThat(decoded(again.json(Tier.KAFKA))).isEqualTo(first.document(Tier.KAFKA));
    assertThat(decoded(utf8(text.replace("ID", first.id().toString()))))
        .as("a record of another producer")
        .isEqualTo(first.document(Tier.KAFKA));
  }

  /** Made-up events, each posted again with the id that the gateway answered. */
  @Test
  void encode_takesEveryEventAgainUnderItsId() {
    for (int seed = 0; seed < 1_000; seed++) {
      String record = json(encode(new RandomEvent(seed).json()));
      String json = record.substring(0, record.lastIndexOf(",\"eventId\":")) + "}";
      EncodedEvent first = encode(json);
      Random random = new Random(seed);
      String id = "\"eventId\":\"" + first.id() + "\"";
      String again =
          random.nextBoolean()
              ? "{" + id + "," + json.substring(1)
              : json.substring(0, json.length() - 1) + "," + id + "}";

      assertThat(encode(again).document(Tier.KAFKA))
          .as("seed %d: %s", seed, again)
          .isEqualTo(first.document(Tier.KAFKA));
    }
  }

  /** Libraries put a space behind a comma; others put the field in front of the text as it is. */
  @Test
  void encode_takesTheDerivedIdInFrontOfEitherLayout() {
    String compact = minimal("r", NOW);
    String spaced = "{\n  " + compact.substring(1);

    for (String event : List.of(compact, spaced)) {
      EncodedEvent first = encode(event);
      String front = "{\"eventId\":\"" + first.id() + "\",";

      assertThat(encode(front + event.substring(1)).id()).isEqualTo(first.id());
      assertThat(encode(front + "\n  " + event.substring(1).strip()).id()).isEqualTo(first.id());
    }
  }

  @Test
  void decode_ofAnotherProducersRecord_holdsTheIdToTheSameRule() {
    String good = encode(minimal("r", NOW)).id().toString();

    assertThat(decode(utf8(withId(minimal("r", NOW), good))))
        .isInstanceOf(RecordResult.Decoded.class);
    assertPoison(decode(utf8(withId(minimal("r", NOW), OTHER))));
    assertPoison(
        decode(utf8("{\"event\":" + withId(minimal("r", NOW), OTHER) + ",\"_metadata\":{}}")));
  }

  @Test
  void decode_ofAnEnvelope_takesTheDerivedId() {
    String wrapped = "{\"event\":%s,\"_metadata\":{\"pid\":1,\"token\":\"s3cret\"}}";
    EventDocument first = decoded(utf8(wrapped.formatted(minimal("r", NOW))));

    EventDocument again =
        decoded(utf8(wrapped.formatted(withId(minimal("r", NOW), first.id().toString()))));

    assertThat(again).isEqualTo(first);
  }

  /** The version before hashed what was redacted: its records are spooled and on their way. */
  @Test
  void decode_neverRejectsTheIdOfARecordThatAGatewayAccepted() {
    byte[] before = utf8(WITH_SECRET);
    ContentHash hash = ContentHash.of(before, 0, before.length);
    EventId id = EventId.derive(NOW.toEpochMilli(), hash);
    String record =
        minimal("r", NOW)
            .replace(
                "}",
                """
                ,"password":"[REDACTED]","eventId":"%s","_summary":"Outcome: EDGE_CASE",\
                "_ingest":{"receivedAt":"2026-11-22T10:00:00.000Z","outcome":"EDGE_CASE",\
                "hash":"%s","redacted":["password"],"tier":"spool"}}"""
                    .formatted(id, hash));

    EventDocument document = decoded(utf8(record));

    assertThat(document.id()).isEqualTo(id);
    assertThat(document.hash()).isEqualTo(hash);
  }

  /** A worker whose EVENT_REDACT or EVENT_REDACT_PATTERN is another than the gateway's. */
  @Test
  void decode_neverRejectsAnAcceptedRecordAfterRedactionChanged() {
    EncoderSettings defaults = EncoderSettings.DEFAULT;
    EncodedEvent event = encode(WITH_SECRET);
    for (Set<String> names : List.of(Set.<String>of(), Set.of("*e*"), Set.of("requestId", "a*"))) {
      RecordDecoder worker =
          new RecordDecoder(
              new EncoderSettings(
                  defaults.limits(),
                  defaults.maxEvents(),
                  defaults.retention(),
                  defaults.maxFuture(),
                  names,
                  ValuePattern.of("[a-z]+")),
              CLOCK);

      RecordResult result = worker.decode(event.json(Tier.KAFKA), event.id().toString(), "1", NOW);

      assertThat(((RecordResult.Decoded) result).document()).isEqualTo(event.document(Tier.KAFKA));
    }
  }

  @Test
  void hash_ofAnEventWithAnIdOfItsOwn_isOverThatIdToo() {
    String id = UUID.nameUUIDFromBytes(new byte[0]).toString();
    String event = withId(minimal("r", NOW), id);
    byte[] own = utf8(event);

    assertThat(encode(event).document(Tier.KAFKA).hash())
        .isEqualTo(ContentHash.of(own, 0, own.length));
  }

  private static void assertPoison(RecordResult result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            RecordResult.Poison.class,
            poison -> {
              assertThat(poison.reason()).isEqualTo(DeadLetterReason.INVALID);
              assertThat(poison.message()).startsWith("event_id_invalid eventId");
            });
  }

  private static String withId(String event, String id) {
    return "{\"eventId\":\"" + id + "\"," + event.substring(1);
  }

  private static String json(EncodedEvent event) {
    return new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8);
  }
}
