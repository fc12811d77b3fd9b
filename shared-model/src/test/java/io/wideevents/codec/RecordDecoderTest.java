package io.wideevents.codec;

import static io.wideevents.codec.Codecs.DECODER;
import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decode;
import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.event.TestEvents.checkout;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordDecoderTest {

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
              assertThat(decoded.document().derivedId()).isTrue();
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
