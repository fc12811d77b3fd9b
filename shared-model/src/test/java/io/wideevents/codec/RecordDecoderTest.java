package io.wideevents.codec;

import static io.wideevents.codec.Codecs.CLOCK;
import static io.wideevents.codec.Codecs.DECODER;
import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decode;
import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.event.TestEvents.checkout;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventLimits;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordDecoderTest {
  private static final String ENVELOPE =
      """
      {"event":{"requestId":"r","service":"s","route":"r"},"_metadata":{"pid":%s},\
      "timestamp":"%s","summary":"%s"}""";

  @Test
  void decode_makesOfTheGatewaysRecordTheDocumentTheGatewayWouldWrite() {
    EncodedEvent event = encode(checkout(1, NOW));

    EventDocument document = decoded(event.json(Tier.KAFKA));

    assertThat(document).isEqualTo(event.document(Tier.KAFKA));
    assertThat(document.bson().getFirstKey()).isEqualTo("_id");
    assertThat(document.bson().getBinary("_id").asUuid()).isEqualTo(event.id().value());
  }

  @Test
  void decode_ofTheGatewaysRecord_storesAnExpiredTimestampAllTheSame() {
    byte[] value = encode(checkout(1, NOW)).json(Tier.SPOOL);
    RecordDecoder muchLater =
        new RecordDecoder(EncoderSettings.DEFAULT, () -> NOW.plus(Duration.ofDays(400)));

    RecordResult result = muchLater.decode(value, null, "1", NOW);

    assertThat(result).isInstanceOf(RecordResult.Decoded.class);
  }

  @Test
  void decode_finishesFlatJsonOfAnotherProducer() {
    Instant recordTime = NOW.minusSeconds(3);

    RecordResult result =
        DECODER.decode(
            utf8(minimal("r-1", NOW).replace("}", ",\"apiToken\":\"s3cret\"}")),
            null,
            null,
            recordTime);

    assertThat(result)
        .isInstanceOfSatisfying(
            RecordResult.Decoded.class,
            decoded -> {
              BsonDocument bson = decoded.document().bson();
              assertThat(decoded.receivedAt()).isEqualTo(recordTime);
              assertThat(bson.get("apiToken")).isEqualTo(new BsonString("[REDACTED]"));
              assertThat(bson.getString("_summary").getValue()).startsWith("Outcome: EDGE_CASE");
              assertThat(bson.getDocument("_ingest").get("receivedAt"))
                  .isEqualTo(new BsonDateTime(recordTime.toEpochMilli()));
            });
  }

  @Test
  void decode_unwrapsTheEnvelope() {
    String envelope =
        """
        {"event":{"requestId":"r","service":"s","route":"GET /"},"_metadata":{"env":"prod"},\
        "summary":"old words","timestamp":"%s"}"""
            .formatted(NOW);

    BsonDocument bson = decoded(utf8(envelope)).bson();

    assertThat(bson.keySet())
        .containsExactly(
            "_id",
            "requestId",
            "service",
            "route",
            "_metadata",
            "timestamp",
            "_summary",
            "_ingest");
    assertThat(bson.get("timestamp")).isEqualTo(new BsonDateTime(NOW.toEpochMilli()));
  }

  @Test
  void decode_unwrapsAnEnvelopeThatEndsLikeARecordOfTheGateway() {
    String envelope =
        """
        {"event":{"requestId":"r","service":"s","route":"GET /"},"timestamp":"%s",\
        "_metadata":{"_ingest":{"host":"h"}}}"""
            .formatted(NOW);

    assertThat(decoded(utf8(envelope)).bson().getString("requestId").getValue()).isEqualTo("r");
  }

  @Test
  void decode_ofAnEnvelope_prefersTheEventsOwnTimestamp() {
    String own = NOW.minusSeconds(60).toString();
    String envelope =
        """
        {"timestamp":"%s","event":{"requestId":"r","service":"s","route":"r","timestamp":"%s"}}"""
            .formatted(NOW, own);

    assertThat(decoded(utf8(envelope)).bson().get("timestamp"))
        .isEqualTo(new BsonDateTime(NOW.minusSeconds(60).toEpochMilli()));
  }

  @Test
  void decode_ofAnEnvelope_isTheSameEventWhenWrappedAgainIfItHasATimestamp() {
    String own =
        """
        {"timestamp":"%s","event":{"requestId":"r","service":"s","route":"r","timestamp":"%s"}}""";
    String without =
        """
        {"timestamp":"%s","event":{"requestId":"r","service":"s","route":"r"}}""";
    Instant later = NOW.plusSeconds(1);

    assertThat(decoded(utf8(own.formatted(later, NOW))).id())
        .isEqualTo(decoded(utf8(own.formatted(NOW, NOW))).id());
    assertThat(decoded(utf8(without.formatted(later))).id())
        .isNotEqualTo(decoded(utf8(without.formatted(NOW))).id());
  }

  @Test
  void decode_ofAnEnvelope_hashesEventAndMetadataOnly() {
    String first = ENVELOPE.formatted("1", "2026-11-22T09:00:00Z", "words");
    String later = ENVELOPE.formatted("1", "2026-11-22T09:00:01Z", "other words");
    String other = ENVELOPE.formatted("2", "2026-11-22T09:00:00Z", "words");

    assertThat(decoded(utf8(later)).hash()).isEqualTo(decoded(utf8(first)).hash());
    assertThat(decoded(utf8(other)).hash()).isNotEqualTo(decoded(utf8(first)).hash());
  }

  @Test
  void decode_ofAnEnvelope_appliesTheRulesOfTheEvent() {
    String envelope = "{\"event\":{\"requestId\":\"r\",\"route\":5},\"_metadata\":{}}";

    assertThat(decode(utf8(envelope)))
        .isEqualTo(
            new RecordResult.Poison(
                DeadLetterReason.INVALID,
                "wrong_type route: route is an integer, not a string;"
                    + " missing_field service: service is missing;"
                    + " missing_field timestamp: timestamp is missing"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"event\":{},\"_metadata\":{},\"summary\":\"s\",\"timestamp\":1}",
        "{\"event\":{}}",
        "{\"event\":7,\"_metadata\":{}}",
        "{\"event\":{\"requestId\":\"r\"},\"event\":{\"requestId\":\"r\"}}",
        "{\"event\":{\"requestId\":\"r\"},\"more\":1}",
        "{\"_metadata\":{},\"timestamp\":1}"
      })
  void decode_ofWhatIsNearlyAnEnvelope_isInvalid(String value) {
    assertThat(reason(decode(utf8(value)))).isEqualTo(DeadLetterReason.INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"_metadata\":{\"a\":1},\"_metadata\":{\"b\":2},\"timestamp\":\"2026-11-22T09:00:00Z\"",
        "\"timestamp\":\"2026-11-22T09:00:00Z\",\"timestamp\":\"2026-11-22T09:00:01Z\""
      })
  void decode_ofAnEnvelopeThatSaysOneThingTwice_losesNeither(String twice) {
    String envelope =
        "{\"event\":{\"requestId\":\"r\",\"service\":\"s\",\"route\":\"r\"}," + twice + "}";

    assertThat(reason(decode(utf8(envelope)))).isEqualTo(DeadLetterReason.INVALID);
  }

  @Test
  void decode_knowsTheGatewaysRecordHoweverItsTextIsLaidOut() {
    EncodedEvent event = encode(checkout(1, NOW));
    String json = new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8);
    int ingest = json.indexOf(",\"_ingest\":");
    String ingestFirst =
        "{ "
            + json.substring(ingest + 1, json.length() - 1).replace(":{", " : { ")
            + ",\n"
            + json.substring(1, ingest)
            + "}";

    EventDocument document = decoded(utf8(ingestFirst));

    assertThat(document).isEqualTo(event.document(Tier.KAFKA));
  }

  @Test
  void decode_holdsTheGatewaysRecordToMongoDbsLimitsOnly() {
    EventEncoder generous =
        new EventEncoder(
            new EncoderSettings(
                new EventLimits(1 << 20, 90, 50_000, 4096),
                1,
                Duration.ofDays(30),
                Duration.ZERO,
                Set.of()),
            CLOCK);
    String wide =
        IntStream.range(0, 3000).mapToObj(i -> "\"f%d\":1".formatted(i)).collect(joining(","));
    String posted =
        minimal("r", NOW)
            .replace(
                "}",
                ",\"deep\":%s,\"%s\":1,\"long\":\"%s\",%s}"
                    .formatted(
                        "[".repeat(80) + "]".repeat(80),
                        "n".repeat(4000),
                        "x".repeat(500_000),
                        wide));
    byte[] body = utf8(posted);

    EncodedEvent event =
        Codecs.encoded(
            Codecs.events(generous.encode(body, body.length, BodyFormat.JSON)).getFirst());

    assertThat(decoded(event.json(Tier.KAFKA))).isEqualTo(event.document(Tier.KAFKA));
  }

  @Test
  void decode_ofTheGatewaysRecord_refusesWhatMongoDbCannotHold() {
    String json = new String(encode(minimal("r", NOW)).json(Tier.KAFKA), StandardCharsets.UTF_8);

    RecordResult tooDeep =
        decode(utf8("{\"deep\":" + "[".repeat(100) + "]".repeat(100) + "," + json.substring(1)));
    RecordResult withNul = decode(utf8("{\"a\\u0000b\":1," + json.substring(1)));
    RecordResult tooLarge =
        decode(utf8("{\"x\":[0" + ",0".repeat(2_000_000) + "]," + json.substring(1)));

    assertThat(reason(tooDeep)).isEqualTo(DeadLetterReason.INVALID);
    assertThat(reason(withNul)).isEqualTo(DeadLetterReason.INVALID);
    assertThat(reason(tooLarge)).isEqualTo(DeadLetterReason.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "7",
        "{\"receivedAt\":\"x\"}",
        "{\"receivedAt\":\"2026-11-22T10:00:00Z\",\"outcome\":\"SUCCESS\",\"tier\":\"kafka\"}"
      })
  void decode_refusesAnIngestThatTheGatewayDidNotWrite(String ingest) {
    String value =
        minimal("r", NOW)
            .replace(
                "}",
                ",\"eventId\":\"0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071\",\"_ingest\":"
                    + ingest
                    + "}");

    assertThat(decode(utf8(value)))
        .isInstanceOfSatisfying(
            RecordResult.Poison.class,
            poison -> {
              assertThat(poison.reason()).isEqualTo(DeadLetterReason.INVALID);
              assertThat(poison.message()).startsWith("reserved_name _ingest");
            });
  }

  @Test
  void decode_refusesAGatewaysRecordThatLostItsId() {
    String json = new String(encode(minimal("r", NOW)).json(Tier.KAFKA), StandardCharsets.UTF_8);

    RecordResult result = decode(utf8(json.replaceFirst(",\"eventId\":\"[^\"]*\"", "")));

    assertThat(reason(result)).isEqualTo(DeadLetterReason.INVALID);
  }

  @Test
  void decode_takesTheIdHeaderInEitherCaseAndBesideAValueWithoutId() {
    EncodedEvent event = encode(checkout(1, NOW));

    RecordResult upperCase =
        DECODER.decode(
            event.json(Tier.KAFKA), event.id().toString().toUpperCase(Locale.ROOT), "1", NOW);
    RecordResult beside =
        DECODER.decode(utf8(checkout(1, NOW)), UUID.randomUUID().toString(), null, NOW);

    assertThat(upperCase).isInstanceOf(RecordResult.Decoded.class);
    assertThat(((RecordResult.Decoded) beside).document().id()).isEqualTo(event.id());
  }

  @Test
  void decode_tellsExpiredOnlyWhenNothingElseIsWrong() {
    String expired = minimal("r", NOW.minus(Duration.ofDays(31)));

    assertThat(reason(decode(utf8(expired.replace("GET /health", " ")))))
        .isEqualTo(DeadLetterReason.INVALID);
  }

  @Test
  void decode_tellsAFewProblemsAndCountsTheRest() {
    RecordResult result = decode(utf8("{\"_a\":1,\"_b\":1,\"_c\":1}"));

    assertThat(((RecordResult.Poison) result).message())
        .startsWith("reserved_name _a (1:2): ")
        .endsWith("; and 2 more");
  }

  @Test
  void decode_tellsPoisonByReason() {
    String expired = minimal("r", NOW.minus(Duration.ofDays(31)));
    String large = minimal("r", NOW).replace("}", ",\"x\":\"" + "a".repeat(300_000) + "\"}");

    assertThat(reason(decode(null))).isEqualTo(DeadLetterReason.EMPTY);
    assertThat(reason(decode(new byte[0]))).isEqualTo(DeadLetterReason.EMPTY);
    assertThat(reason(decode(utf8("{\"a\":")))).isEqualTo(DeadLetterReason.MALFORMED);
    assertThat(reason(decode(new byte[] {'{', (byte) 0xC0, '}'})))
        .isEqualTo(DeadLetterReason.MALFORMED);
    assertThat(reason(decode(utf8("[]")))).isEqualTo(DeadLetterReason.INVALID);
    assertThat(reason(decode(utf8("{}")))).isEqualTo(DeadLetterReason.INVALID);
    assertThat(reason(decode(utf8(expired)))).isEqualTo(DeadLetterReason.EXPIRED);
    assertThat(reason(decode(utf8(large)))).isEqualTo(DeadLetterReason.TOO_LARGE);
    assertThat(reason(withHeaders(null, "2"))).isEqualTo(DeadLetterReason.UNSUPPORTED_SCHEMA);
    assertThat(reason(withHeaders(null, "one"))).isEqualTo(DeadLetterReason.UNSUPPORTED_SCHEMA);
    assertThat(reason(withHeaders(UUID.randomUUID().toString(), "1")))
        .isEqualTo(DeadLetterReason.ID_MISMATCH);
    assertThat(reason(withHeaders("garbage", "1"))).isEqualTo(DeadLetterReason.ID_MISMATCH);
  }

  private static RecordResult withHeaders(@Nullable String eventId, @Nullable String schema) {
    return DECODER.decode(encode(checkout(1, NOW)).json(Tier.KAFKA), eventId, schema, NOW);
  }

  private static DeadLetterReason reason(RecordResult result) {
    assertThat(result).isInstanceOf(RecordResult.Poison.class);
    return ((RecordResult.Poison) result).reason();
  }
}
