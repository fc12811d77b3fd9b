package io.wideevents.query.http;

import static io.wideevents.query.http.QueryApi.json;
import static io.wideevents.query.http.QueryApi.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.store.StoredEvents;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDbPointer;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonJavaScript;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Documents of other writers, with values that the pipeline does not store. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB lacks expressions")
class OtherWritersIT {
  private static final UUID TIMES = UUID.fromString("0193719d-6c00-4a77-b9ff-0000000000aa");
  private static final ObjectId SOME_ID = new ObjectId("0123456789abcdef01234567");

  private static BsonDateTime now;
  private static StoredEvents stored;
  private static QueryApi api;

  /** Different values, of each of which two events have one. */
  private static final List<BsonValue> VALUES =
      List.of(
          new BsonRegularExpression("^a"),
          new BsonRegularExpression(".*", "i"),
          new BsonString("abc"),
          new BsonSymbol("symbol"),
          new BsonJavaScript("sleep(1000)"),
          new BsonMinKey(),
          new BsonMaxKey(),
          new BsonObjectId(SOME_ID),
          new BsonTimestamp(5, 1),
          new BsonDbPointer("other", SOME_ID),
          new BsonDecimal128(Decimal128.parse("1E+6111")),
          new BsonDecimal128(Decimal128.NaN),
          new BsonDouble(Double.POSITIVE_INFINITY),
          new BsonBinary(new byte[] {1, 2, 3}),
          new BsonDateTime(Long.MAX_VALUE),
          new BsonDocument("$ref", new BsonString("other")).append("$id", new BsonInt32(7)),
          new BsonDocument("$gt", new BsonString("")),
          new BsonArray(List.of(new BsonRegularExpression("^a"))));

  @BeforeAll
  static void start() {
    now = new BsonDateTime(Instant.now().minusSeconds(60).toEpochMilli());
    stored = StoredEvents.in(OtherWritersIT.class);
    for (BsonValue value : VALUES) {
      store(event(UUID.randomUUID(), now, "v", value));
      store(event(UUID.randomUUID(), now, "v", value));
    }
    BsonValue times = new BsonArray(List.of(now, now));
    for (BsonValue timestamp :
        List.of(
            times,
            new BsonString("2026-11-30"),
            new BsonArray(),
            new BsonDocument("at", now),
            BsonNull.VALUE,
            new BsonDateTime(Long.MAX_VALUE),
            new BsonTimestamp(5, 1))) {
      store(event(UUID.randomUUID(), timestamp, "odd", new BsonInt32(1)));
    }
    store(event(TIMES, times, "odd", new BsonInt32(2)));
    BsonDocument undefined = event(UUID.randomUUID(), now, "v", new BsonUndefined());
    store(undefined.append("_ingest", new BsonArray()).append("_sampling", new BsonString("x")));
    // A binary _id that has the type of a UUID, but another length
    store(
        event(UUID.randomUUID(), now, "short", new BsonInt32(1))
            .append("_id", new BsonBinary((byte) 4, new byte[3])));
    api = new QueryApi(stored.settings(Duration.ofSeconds(10)), 4);
  }

  private static BsonDocument event(UUID id, BsonValue timestamp, String field, BsonValue value) {
    return new BsonDocument("_id", new BsonBinary(id))
        .append("requestId", new BsonString("odd"))
        .append("service", new BsonString("odd"))
        .append("timestamp", timestamp)
        .append(field, value);
  }

  private static void store(BsonDocument event) {
    RawBsonDocument raw = new RawBsonDocument(event, new BsonDocumentCodec());
    Mono.from(stored.collection().insertOne(raw)).block(Duration.ofSeconds(20));
  }

  @AfterAll
  static void close() {
    api.close();
    stored.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/events",
        "/v1/events?order=asc",
        "/v1/events?limit=1",
        "/v1/events?limit=3&order=asc",
        "/v1/events?filter=has:odd",
        "/v1/events/0193719d-6c00-4a77-b9ff-0000000000aa",
        "/v1/events/0193719d-6c00-4a77-b9ff-0000000000aa/trace",
        "/v1/requests/odd",
        "/v1/fields",
        "/v1/fields?prefix=v",
        "/v1/fields/v/values",
        "/v1/fields/v/values?prefix=n",
        "/v1/fields/timestamp/values"
      })
  void read_answers(String address) throws Exception {
    HttpResponse<String> reply = api.get(address);

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    assertThat(json(reply).isObject()).isTrue();
  }

  @Test
  void pages_haveEachEventOnceWhoseTimestampIsATime() throws Exception {
    List<String> found = new ArrayList<>();
    HttpResponse<String> page = api.get("/v1/events?limit=5");
    while (true) {
      json(page).get("events").forEach(event -> found.add(event.get("eventId").asString()));
      if (!json(page).has("next")) {
        break;
      }
      page = api.get(path("/v1/events?limit=5&cursor={}", json(page).get("next").asString()));
    }

    // The event with another _id ends the events of its timestamp.
    assertThat(found).doesNotHaveDuplicates();
    assertThat(found).hasSizeGreaterThanOrEqualTo(2 * VALUES.size() + 1);
    assertThat(found).doesNotContain(TIMES.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"series\": \"auto\"}",
        "{\"series\": \"1m\", \"calculate\": [\"count\", \"p95(v)\", \"distinct(v)\"], \"heatmap\": \"v\"}",
        "{\"calculate\": [\"avg(v)\", \"sum(v)\", \"min(v)\", \"max(v)\", \"p50(v)\", \"error_rate\"]}",
        "{\"groupBy\": [\"v\", \"timestamp\"], \"calculate\": [\"distinct(timestamp)\", \"count\"]}",
        "{\"groupBy\": [\"timestamp\"]}"
      })
  void statistics_answer(String body) throws Exception {
    HttpResponse<String> reply = post("/v1/query", body);

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    assertThat(json(reply).isObject()).isTrue();
  }

  @Test
  void comparison_answers() throws Exception {
    HttpResponse<String> reply =
        post("/v1/compare", "{\"selection\": {\"filter\": \"has:v\"}, \"baseline\": {}}");

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
  }

  /** A value that MongoDB read as a pattern would add the events of other groups. */
  @Test
  void groups_haveTheEventsWithTheirValueOnly() throws Exception {
    HttpResponse<String> reply =
        post(
            "/v1/query",
            "{\"filter\": \"has:v\", \"groupBy\": [\"v\"], \"limit\": 200,"
                + " \"calculate\": [\"count\", \"distinct(eventId)\"]}");

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    JsonNode groups = json(reply).get("groups");
    assertThat(groups).hasSize(VALUES.size() + 1);
    for (JsonNode group : groups) {
      JsonNode values = group.get("values");
      assertThat(values.get("distinct(eventId)").asInt())
          .as(group.toString())
          .isEqualTo(values.get("count").asInt());
    }
  }

  @Test
  void values_listWhatAFilterFinds() throws Exception {
    JsonNode values = json(api.get("/v1/fields/v/values?limit=200")).get("values");

    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.get("value").asString()));
    assertThat(texts).contains("abc").noneMatch(text -> text.startsWith("("));
  }

  @Test
  void tail_showsThem() throws Exception {
    HttpResponse<InputStream> reply =
        api.client().send(api.request("/v1/tail"), BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith("retry");
      BsonValue times = new BsonArray(List.of(new BsonDateTime(1)));
      store(event(UUID.randomUUID(), times, "late", new BsonRegularExpression("^a")));

      String line = lines.readLine();
      while (!line.startsWith("data: ")) {
        line = lines.readLine();
      }

      assertThat(line).contains("\"late\":\"(REGULAR_EXPRESSION)\"");
    }
  }

  private static HttpResponse<String> post(String address, String body) throws Exception {
    return api.client()
        .send(
            HttpRequest.newBuilder(api.request(address).uri())
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
  }
}
