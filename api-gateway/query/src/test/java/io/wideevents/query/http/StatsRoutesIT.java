package io.wideevents.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.store.StoredEvents;
import io.wideevents.stack.TestStack;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** The two routes of statistics, over HTTP, with events that the codec stored. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatsRoutesIT {
  private StoredEvents stored;
  private QueryApi api;

  @BeforeAll
  void start() {
    Assumptions.assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB lacks expressions");
    stored = StoredEvents.in(StatsRoutesIT.class);
    stored.add(List.of(event("a", 100), event("a", 200), event("b", 3_000)));
    api = new QueryApi(stored.settings(Duration.ofSeconds(20)), 2);
  }

  @AfterAll
  void stop() {
    if (api != null) {
      api.close();
      stored.close();
    }
  }

  @Test
  void query_answersWithFigures() throws Exception {
    HttpResponse<String> response =
        post(
            "/v1/query",
            "{\"calculate\": [\"count\", \"max(duration)\"], \"groupBy\": [\"region\"]}");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
    JsonNode reply = QueryApi.json(response);
    assertThat(reply.get("total").toString()).isEqualTo("{\"count\":3,\"max(duration)\":3000}");
    assertThat(reply.at("/groups/0").toString())
        .isEqualTo("{\"key\":{\"region\":\"a\"},\"values\":{\"count\":2,\"max(duration)\":200}}");
  }

  @Test
  void compare_answersWithBothSides() throws Exception {
    HttpResponse<String> response =
        post("/v1/compare", "{\"selection\": {\"filter\": \"duration:>1000\"}}");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode reply = QueryApi.json(response);
    assertThat(reply.get("selection").toString()).isEqualTo("{\"events\":1,\"sampled\":1}");
    assertThat(reply.get("baseline").toString()).isEqualTo("{\"events\":2,\"sampled\":2}");
    assertThat(reply.get("fields").isArray()).isTrue();
  }

  @Test
  void query_answersProblemsOfTheBody() throws Exception {
    HttpResponse<String> wrong = post("/v1/query", "{\"calculate\": [\"p95($where)\"]}");
    HttpResponse<String> large = post("/v1/compare", " ".repeat(70_000));

    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(QueryApi.json(wrong).get("code").asString()).isEqualTo("field_invalid");
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(QueryApi.json(large).get("code").asString()).isEqualTo("body_too_large");
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(api.request(path), (name, value) -> true)
            .POST(BodyPublishers.ofString(body))
            .build();
    return api.client().send(request, BodyHandlers.ofString());
  }

  private static String event(String region, int millis) {
    return """
        {"eventId": "%s", "requestId": "r1", "service": "shop", "route": "GET /", "timestamp": "%s",
         "region": "%s", "performance": {"durationMs": %d}}
        """
        .formatted(UUID.randomUUID(), Instant.now().minusSeconds(60), region, millis)
        .replace("\n", "");
  }
}
