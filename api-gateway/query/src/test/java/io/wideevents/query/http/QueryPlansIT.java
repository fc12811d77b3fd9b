package io.wideevents.query.http;

import static io.wideevents.query.http.QueryApi.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.query.store.StoredEvents;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The queries that people ask most are served by an index, and MongoDB reads hardly more events
 * than the reply has. MongoDB's profiler reports the plans of the queries that the API executes.
 */
class QueryPlansIT {
  private static final int EVENTS = 12_000;
  private static final int SERVICES = 20;

  private static StoredEvents stored;
  private static QueryApi api;
  private static MongoClient client;
  private static MongoDatabase database;

  @BeforeAll
  static void storeEvents() {
    assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB explains no query");
    stored = StoredEvents.in(QueryPlansIT.class);
    Instant now = Instant.now();
    List<String> batch = new ArrayList<>();
    for (int n = 0; n < EVENTS; n++) {
      String error =
          n % 50 < SERVICES && n % 7 == 0 ? ",\"error\":{\"code\":\"E%d\"}".formatted(n % 3) : "";
      batch.add(
          """
          {"requestId":"req-%d","service":"s%d","route":"/","timestamp":%d,\
          "performance":{"durationMs":%d}%s}"""
              // One event each six seconds, of the last twenty hours.
              .formatted(
                  n / 2, n % SERVICES, now.minusSeconds(6L * n).toEpochMilli(), n % 900, error));
      if (batch.size() == 3000) {
        stored.add(batch);
        batch.clear();
      }
    }
    api = new QueryApi(stored.settings(Duration.ofSeconds(20)), 4);
    client = MongoClients.create(TestStack.mongo());
    database = client.getDatabase(stored.settings(Duration.ofSeconds(1)).database());
    profile(2);
  }

  @AfterAll
  static void close() {
    if (api != null) {
      profile(0);
      client.close();
      api.close();
      stored.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/v1/events?limit=100 | | IXSCAN { timestamp: 1 } | 101",
        "/v1/events?limit=100&from=-24h&filter={} | service:s3 | IXSCAN { service: 1, timestamp: 1 } | 101",
        "/v1/events?limit=100&from=-24h&order=asc&filter={} | service:s3 | IXSCAN { service: 1, timestamp: 1 } | 101",
        "/v1/events?limit=1000&from=-1h&filter={} | outcome:FAILED | IXSCAN { _ingest.outcome: 1, timestamp: 1 } | 40",
        "/v1/events?limit=1000&from=-2h&to=-1h&filter={} | service:s3 | IXSCAN { service: 1, timestamp: 1 } | 31",
        "/v1/events?limit=100&from=-24h&filter={} | service:s7 error.code:E1 | IXSCAN { service: 1, error.code: 1, timestamp: 1 } | 101",
        "/v1/events?limit=100&from=-24h&filter={} | requestId:req-4711 | IXSCAN { requestId: 1 } | 2",
        "/v1/requests/{} | req-4711 | IXSCAN { requestId: 1 } | 2",
        "/v1/fields/{}/values?from=-24h&filter=service:s3 | route | IXSCAN { service: 1, timestamp: 1 } | 1000"
      })
  void query_isServedByItsIndex(String path, String value, String plan, int mostExamined)
      throws Exception {
    String filled = value == null ? path : path(path, value);
    long before = profiled().size();

    assertThat(api.get(filled).statusCode()).isEqualTo(200);

    List<Document> queries = profiled();
    assertThat(queries).hasSizeGreaterThan((int) before);
    Document query = queries.getLast();
    assertThat(query.getString("planSummary")).isEqualTo(plan);
    assertThat(query.getInteger("docsExamined")).isLessThanOrEqualTo(mostExamined);
    assertThat(query.getInteger("nreturned")).isPositive();
    assertThat(query.getBoolean("hasSortStage", false))
        .as("sorts in memory")
        .isEqualTo(plan.contains("requestId"));
  }

  @Test
  void event_isFoundByItsId() throws Exception {
    String id =
        QueryApi.json(api.get("/v1/events?limit=1")).get("events").get(0).get("eventId").asString();

    assertThat(api.get("/v1/events/" + id).statusCode()).isEqualTo(200);

    Document query = profiled().getLast();
    assertThat(query.getString("planSummary")).isIn("IDHACK", "IXSCAN { _id: 1 }");
    assertThat(query.getInteger("docsExamined")).isEqualTo(1);
  }

  /** The queries of the API so far, in order. */
  private static List<Document> profiled() {
    return Flux.from(
            database
                .getCollection("system.profile")
                .find(
                    new Document("ns", database.getName() + ".wide_events")
                        .append("op", "command")
                        .append("command.aggregate", "wide_events")))
        .collectList()
        .blockOptional()
        .orElseThrow();
  }

  private static void profile(int level) {
    Mono.from(
            database.runCommand(
                new BsonDocument("profile", new BsonInt32(level))
                    .append("slowms", new BsonInt32(100))))
        .block();
  }
}
