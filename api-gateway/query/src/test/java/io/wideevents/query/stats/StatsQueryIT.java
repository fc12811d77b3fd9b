package io.wideevents.query.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.wideevents.query.QueryException;
import io.wideevents.query.TestStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** That the figures are those that Java computes over all events. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB lacks expressions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatsQueryIT {
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> CALCULATIONS =
      List.of(
          "count",
          "error_rate",
          "avg(amount)",
          "min(amount)",
          "max(amount)",
          "sum(amount)",
          "p50(duration)",
          "p90(duration)",
          "p95(amount)",
          "p99(amount)",
          "distinct(user.id)",
          "distinct(route)");
  private static final List<String> GROUPS =
      List.of("route", "user.id", "tags", "amount", "_ingest.outcome", "cart");
  private static final List<String> SERIES = List.of("none", "auto", "1m", "7m", "1h");

  private TestStore store;

  @BeforeAll
  void open() {
    store = new TestStore(StatsQueryIT.class);
  }

  @AfterAll
  void close() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void run_givesTheFiguresOfAllEvents(int seed) {
    // Given
    Random random = new Random(seed);
    List<BsonDocument> events = RandomEvents.of(random, 2_000, NOW);
    store.fill(events);

    for (int i = 0; i < 25; i++) {
      String body = randomBody(random);

      // When
      StatsRequest request = request(body);
      StatsResult result = StatsQuery.run(request, store.store().reads());

      // Then
      ExpectedFigures expected = new ExpectedFigures(request, events);
      expected.compareTotal(body, result);
      expected.compareSeries(body, result);
      expected.compareGroups(body, result);
    }
  }

  @Test
  void run_countsTheFiguresOfThisExample() throws Exception {
    // Given: 3 events, of which one stands for 10
    store.fill(
        List.of(
            event("2026-11-30T11:00:10Z", "a", 100, "SUCCESS", 1),
            event("2026-11-30T11:00:20Z", "a", 200, "FAILED", 10),
            event("2026-11-30T11:02:00Z", "b", 300, "WARNING", 1)));

    // When
    JsonNode reply =
        reply(
            """
            {"from": "2026-11-30T11:00:00Z", "to": "2026-11-30T11:03:00Z", "series": "1m",
             "calculate": ["count", "error_rate", "avg(ms)", "sum(ms)", "p50(ms)"],
             "groupBy": ["service"], "heatmap": "ms"}
            """);

    // Then
    assertThat(reply.get("weighted").asBoolean()).isTrue();
    assertThat(reply.at("/total/count").asInt()).isEqualTo(12);
    assertThat(reply.at("/total/error_rate").asDouble()).isEqualTo(10 / 12.0);
    assertThat(reply.at("/total/avg(ms)").asDouble()).isEqualTo(200);
    assertThat(reply.at("/total/sum(ms)").asInt()).isEqualTo(2_400);
    assertThat(reply.at("/total/p50(ms)").asDouble()).isCloseTo(200, within(2.0));
    assertThat(reply.get("series")).hasSize(3);
    assertThat(reply.at("/series/0/outcomes").toString())
        .isEqualTo("{\"FAILED\":10,\"WARNING\":0,\"EDGE_CASE\":0,\"SUCCESS\":1}");
    assertThat(reply.at("/series/1/values").toString())
        .isEqualTo(
            "{\"count\":0,\"error_rate\":null,\"avg(ms)\":null,\"sum(ms)\":null,\"p50(ms)\":null}");
    assertThat(reply.at("/groups/0/key/service").asString()).isEqualTo("a");
    assertThat(reply.at("/groups/0/values/count").asInt()).isEqualTo(11);
    assertThat(reply.get("moreGroups").asBoolean()).isFalse();
    assertThat(reply.at("/heatmap/cells")).hasSize(3);
    assertThat(reply.at("/heatmap/cells/1/failed").asInt()).isEqualTo(10);
    for (JsonNode cell : reply.at("/heatmap/cells")) {
      int bucket = cell.get("bucket").asInt();
      assertThat(reply.at("/heatmap/bounds/" + (bucket + 1)).asDouble())
          .isGreaterThan(reply.at("/heatmap/bounds/" + bucket).asDouble());
    }
  }

  @Test
  void run_findsTheLargestOfManyGroups() throws Exception {
    // Given: 3 000 users with one event each, and 3 users with more
    List<BsonDocument> events = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      events.add(event("2026-11-30T11:00:10Z", "u" + i, 1 + i, "SUCCESS", 1));
    }
    for (int more = 0; more < 30; more++) {
      events.add(event("2026-11-30T11:00:11Z", "u" + more % 3, 5_000, "SUCCESS", 1 + more % 3));
    }
    store.fill(events);

    // When
    JsonNode reply =
        reply(
            """
            {"calculate": ["count", "max(ms)", "p95(ms)", "distinct(ms)"], "groupBy": ["service"],
             "limit": 3}
            """);

    // Then
    assertThat(reply.get("moreGroups").asBoolean()).isTrue();
    assertThat(reply.at("/total/count").asInt()).isEqualTo(3_060);
    assertThat(
            reply
                .get("groups")
                .valueStream()
                .map(
                    group ->
                        group.at("/key/service").asString()
                            + " "
                            + group.at("/values/count")
                            + " "
                            + group.at("/values/max(ms)")
                            + " "
                            + group.at("/values/distinct(ms)")))
        .containsExactly("u2 31 5000 2", "u1 21 5000 2", "u0 11 5000 2");
    assertThat(reply.at("/groups/0/values/p95(ms)").asDouble()).isCloseTo(5_000, within(50.0));
  }

  @Test
  void run_rejectsAnOrderByPercentileOfTooManyGroups() {
    // Given
    store.fill(
        IntStream.range(0, 3_000)
            .mapToObj(i -> event("2026-11-30T11:00:10Z", "u" + i, i, "SUCCESS", 1))
            .toList());

    // When / Then
    assertThatThrownBy(
            () ->
                reply(
                    """
                    {"calculate": ["p95(ms)"], "groupBy": ["service"], "orderBy": "-p95(ms)"}
                    """))
        .isInstanceOfSatisfying(
            QueryException.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(422);
              assertThat(problem.code()).isEqualTo("too_many_groups");
            });
  }

  private JsonNode reply(String body) throws Exception {
    return JSON.readTree(StatsReply.of(StatsQuery.run(request(body), store.store().reads())));
  }

  private static StatsRequest request(String body) {
    return StatsRequest.parse(body.getBytes(StandardCharsets.UTF_8), NOW);
  }

  private static String randomBody(Random random) {
    String calculate =
        CALCULATIONS.stream()
            .filter(each -> random.nextInt(3) == 0)
            .limit(10)
            .map(each -> '"' + each + '"')
            .collect(Collectors.joining(","));
    String groupBy =
        GROUPS.stream()
            .filter(each -> random.nextInt(5) == 0)
            .limit(3)
            .map(each -> '"' + each + '"')
            .collect(Collectors.joining(","));
    return """
        {"filter": "%s", "from": "%s", "calculate": [%s], "groupBy": [%s], "series": "%s",
         "limit": 200}
        """
        .formatted(
            random.nextBoolean() ? "" : "service:shop",
            random.nextBoolean() ? "-1h" : "-23m",
            calculate,
            groupBy,
            SERIES.get(random.nextInt(SERIES.size())));
  }

  private static BsonDocument event(
      String time, String service, int millis, String outcome, int rate) {
    return new BsonDocument(
            "timestamp", new org.bson.BsonDateTime(Instant.parse(time).toEpochMilli()))
        .append("service", new BsonString(service))
        .append("ms", new BsonInt32(millis))
        .append("_ingest", new BsonDocument("outcome", new BsonString(outcome)))
        .append("_sampling", new BsonDocument("rate", new BsonInt32(rate)));
  }
}
