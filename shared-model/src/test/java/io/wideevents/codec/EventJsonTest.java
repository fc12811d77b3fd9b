package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decode;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.event.TestEvents.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonMaxKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class EventJsonTest {

  @Test
  void toBytes_writesAStoredEventAsItIsReadByPeople() {
    EventDocument stored =
        encode(
                minimal("r", NOW)
                    .replace(
                        "}",
                        ",\"n\":{\"$date\":1},\"big\":9223372036854775807,\"exact\":1e400,"
                            + "\"half\":0.5,\"list\":[null,true]}"))
            .document(Tier.MONGODB);

    String json = text(stored.bson());

    assertThat(json)
        .isEqualTo(
            """
            {"eventId":"%s","requestId":"r","service":"checkout","route":"GET /health",\
            "timestamp":"2026-11-22T10:00:00.000Z","n":{"$date":1},"big":9223372036854775807,\
            "exact":1E+400,"half":0.5,"list":[null,true],\
            "_summary":"Outcome: EDGE_CASE Service: checkout Route: GET /health LatencyBucket: unknown",\
            "_ingest":{"receivedAt":"2026-11-22T10:00:00.000Z","outcome":"EDGE_CASE","hash":"%s",\
            "tier":"mongodb"}}"""
                .formatted(stored.id(), stored.hash()));
  }

  @Test
  void toBytes_takesLittleMemory_whateverTheExponentsOfNumbers() {
    BsonArray numbers = new BsonArray();
    for (String number : List.of("1E+6144", "-9.999E+6144", "1E-6176", "123E-400", "1E+401")) {
      numbers.addAll(Collections.nCopies(1_000, new BsonDecimal128(Decimal128.parse(number))));
    }

    byte[] json = EventJson.toBytes(new BsonDocument("numbers", numbers));

    assertThat(json).hasSizeLessThan(16 * numbers.size());
    assertThat(text(new BsonDocument("n", numbers.getFirst()))).isEqualTo("{\"n\":1E+6144}");
  }

  @Test
  void writeValue_writesTheNextValueOfALargerText() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartArray();
      EventJson.writeValue(new BsonBinary(new UUID(1, 2)), json);
      EventJson.writeValue(BsonNull.VALUE, json);
      EventJson.write(new BsonDocument("_id", new BsonString("a")), json);
      json.writeEndArray();
    }

    assertThat(text)
        .hasToString("[\"00000000-0000-0001-0000-000000000002\",null,{\"eventId\":\"a\"}]");
  }

  @Test
  void toBytes_writesDocumentsOfOtherWriters() {
    BsonDocument foreign =
        new BsonDocument("_id", new BsonObjectId(new ObjectId("0192f0c12b4d4f6e9a1b2c3d")))
            .append("nan", new BsonDouble(Double.NaN))
            .append("minusZero", new BsonDecimal128(Decimal128.parse("-0E+3")))
            .append("infinite", new BsonDecimal128(Decimal128.POSITIVE_INFINITY))
            .append("uuid", new BsonBinary(new UUID(1, 2)))
            .append("bytes", new BsonBinary(new byte[] {0, -1}))
            .append("max", new BsonMaxKey())
            .append("last", new BsonString("x"));

    assertThat(text(foreign))
        .isEqualTo(
            """
            {"eventId":"0192f0c12b4d4f6e9a1b2c3d","nan":"NaN","minusZero":"-0E+3",\
            "infinite":"Infinity","uuid":"00000000-0000-0001-0000-000000000002","bytes":"00ff",\
            "max":"(MAX_KEY)","last":"x"}""");
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "everything", "failed"})
  void toBytes_writesTheGoldenFile(String name) throws IOException {
    EventDocument stored = encode(golden(name, "posted.json")).document(Tier.KAFKA);

    assertThat(text(stored.bson())).isEqualTo(golden(name, "read-back.json").stripTrailing());
  }

  @Test
  void toBytes_decodesToTheDocumentItWasMadeOf() {
    for (int seed = 0; seed < 1_000; seed++) {
      EventDocument document = encode(new RandomEvent(seed).json()).document(Tier.MONGODB);

      RecordResult again = decode(EventJson.toBytes(document.bson()));

      assertThat(again)
          .isInstanceOfSatisfying(
              RecordResult.Decoded.class,
              decoded -> assertThat(decoded.document()).isEqualTo(document));
    }
  }

  private static String golden(String folder, String name) throws IOException {
    String path = "golden/" + folder + "/" + name;
    try (InputStream in = Objects.requireNonNull(Codecs.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String text(BsonDocument document) {
    return new String(EventJson.toBytes(document), StandardCharsets.UTF_8);
  }
}
