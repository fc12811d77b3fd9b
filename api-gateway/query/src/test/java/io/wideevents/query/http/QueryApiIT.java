package io.wideevents.query.http;

import static io.wideevents.query.http.QueryApi.json;
import static io.wideevents.query.http.QueryApi.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.store.StoredEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The query API over the real MongoDB. */
class QueryApiIT {
  private static final int EVENTS = 60;

  private static Instant now;
  private static StoredEvents stored;
  private static QueryApi api;

  /** Ids in the order of timestamp and id. Many events have the same timestamp. */
  private static final List<String> ids = new ArrayList<>();

  @BeforeAll
  static void start() {
    now = Instant.now();
    stored = StoredEvents.in(QueryApiIT.class);
    record Event(UUID id, long time, String json) {}
    List<Event> events =
        IntStream.range(0, EVENTS)
            .mapToObj(
                n -> {
                  UUID id = UUID.randomUUID();
                  // Seven timestamps, so pages end between events with the same timestamp.
                  long time = now.minusSeconds(60L * (1 + n % 7)).toEpochMilli();
                  return new Event(id, time, event(n, id, time));
                })
            .toList();
    stored.add(events.stream().map(Event::json).toList());
    events.stream()
        .sorted(Comparator.comparingLong(Event::time).thenComparing(event -> event.id().toString()))
        .forEach(event -> ids.add(event.id().toString()));
    api = new QueryApi(stored.settings(Duration.ofSeconds(10)), 4);
  }

  private static String event(int n, UUID id, long time) {
    String error =
        n % 10 == 0 ? ",\"error\":{\"code\":\"TIMEOUT\",\"message\":\"db timeout\"}" : "";
    return """
        {"eventId":"%s","requestId":"req-%d","service":"%s","route":"/v1/cart/%d","timestamp":%d,\
        "user":{"id":%d,"name":"%s"},"tags":["a","b%d"],"items":[{"sku":"S-%d"}],\
        "performance":{"durationMs":%d}%s}"""
        .formatted(
            id,
            n / 3,
            n % 2 == 0 ? "checkout" : "cart",
            n,
            time,
            n,
            "user " + n % 4,
            n % 2,
            n % 5,
            n * 10,
            error);
  }

  @AfterAll
  static void close() {
    api.close();
    stored.close();
  }

  @ParameterizedTest
  @CsvSource({
    "desc, 1",
    "desc, 7",
    "desc, 60",
    "desc, 61",
    "asc, 1",
    "asc, 8",
    "asc, 59",
    "asc, 1000"
  })
  void events_areListedInOrderPageByPage(String order, int limit) throws Exception {
    List<String> found = new ArrayList<>();
    HttpResponse<String> page = api.get("/v1/events?limit=" + limit + "&order=" + order);
    found.addAll(idsOf(page));
    while (json(page).has("next")) {
      page =
          api.get(
              path("/v1/events?limit={}&cursor={}", "" + limit, json(page).get("next").asString()));
      assertThat(page.statusCode()).isEqualTo(200);
      found.addAll(idsOf(page));
    }

    List<String> expected = new ArrayList<>(ids);
    if (order.equals("desc")) {
      Collections.reverse(expected);
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void events_ofAPage_areTheStoredEventsAsJson() throws Exception {
    HttpResponse<String> page = api.get(path("/v1/events?filter={}", "eventId:" + ids.getFirst()));

    assertThat(page.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
    JsonNode event = json(page).get("events").get(0);
    assertThat(event.get("eventId").asString()).isEqualTo(ids.getFirst());
    assertThat(event.get("_id")).isNull();
    assertThat(Instant.parse(event.get("timestamp").asString())).isBefore(now);
    assertThat(event.get("_ingest").get("tier").asString()).isEqualTo("kafka");
    assertThat(Instant.parse(json(page).get("from").asString()))
        .isEqualTo(Instant.parse(json(page).get("to").asString()).minus(Duration.ofHours(1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "service:checkout | 30",
        "service:checkout,cart | 60",
        "-service:checkout | 30",
        "outcome:FAILED | 6",
        "error.code:TIMEOUT service:checkout | 6",
        "user.id:42 | 1",
        "user.id:\"42\" | 0",
        "duration:>500 | 9",
        "duration:100..190 | 10",
        "route:/v1/cart/1* | 11",
        "route:\"/v1/*/1\" | 1",
        "has:error | 6",
        "-has:error | 54",
        "tags:b1 | 30",
        "items.sku:S-3 | 12",
        "\"TIMEOUT\" | 6",
        "user.name:\"user 3\" | 15",
        "nothing:here | 0"
      })
  void events_areThoseThatTheFilterMatches(String filter, int expected) throws Exception {
    HttpResponse<String> page = api.get(path("/v1/events?limit=1000&filter={}", filter));

    assertThat(json(page).get("events").size()).isEqualTo(expected);
  }

  @Test
  void events_asStream_endWithALineAboutThePage() throws Exception {
    HttpResponse<String> all =
        api.get("/v1/events?order=asc&limit=100000", "Accept", "application/x-ndjson");
    List<String> lines = all.body().lines().toList();

    assertThat(all.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(lines).hasSize(EVENTS + 1);
    assertThat(lines.getLast()).isEqualTo("{\"_page\":{\"events\":60}}");
    assertThat(lines.getFirst()).contains(ids.getFirst());

    HttpResponse<String> some = api.get("/v1/events?limit=10", "Accept", "application/x-ndjson");
    assertThat(some.body().lines().toList()).hasSize(11).last().asString().contains("\"next\":\"");
  }

  @Test
  void event_isFoundById() throws Exception {
    assertThat(json(api.get("/v1/events/" + ids.get(5))).get("eventId").asString())
        .isEqualTo(ids.get(5));
    assertProblem(api.get("/v1/events/" + UUID.randomUUID()), 404, "event_not_found");
    assertProblem(api.get("/v1/events/42"), 400, "parameter_invalid");
  }

  @Test
  void request_hasTheEventsOfAllServicesInTimeOrder() throws Exception {
    JsonNode found = json(api.get("/v1/requests/req-4"));

    assertThat(found.get("requestId").asString()).isEqualTo("req-4");
    assertThat(found.get("truncated").asBoolean()).isFalse();
    List<String> times = new ArrayList<>();
    found.get("events").forEach(event -> times.add(event.get("timestamp").asString()));
    assertThat(times).hasSize(3).isSorted();
    assertThat(json(api.get("/v1/requests/none")).get("events").isEmpty()).isTrue();
  }

  @Test
  void fields_areThoseOfTheNewestEvents() throws Exception {
    JsonNode found = json(api.get(path("/v1/fields?filter={}", "service:checkout")));

    assertThat(found.get("sampled").asInt()).isEqualTo(30);
    assertThat(field(found, "user.id").toString())
        .isEqualTo("{\"name\":\"user.id\",\"types\":[\"number\"],\"share\":1.0,\"values\":30}");
    assertThat(field(found, "error.code").toString())
        .isEqualTo("{\"name\":\"error.code\",\"types\":[\"string\"],\"share\":0.2,\"values\":1}");
    assertThat(field(found, "items.sku").get("values").asInt()).isEqualTo(5);
    assertThat(field(found, "eventId").get("values").asInt()).isEqualTo(30);
    assertThat(found.toString()).doesNotContain("_ingest.hash");
    assertThat(json(api.get("/v1/fields?prefix=user.")).get("fields").size()).isEqualTo(2);
  }

  @Test
  void values_areTheMostFrequentOnes() throws Exception {
    assertThat(json(api.get("/v1/fields/service/values")).toString())
        .isEqualTo(
            "{\"sampled\":60,\"values\":[{\"value\":\"cart\",\"count\":30},{\"value\":\"checkout\",\"count\":30}]}");
    assertThat(json(api.get("/v1/fields/user.name/values?prefix=USER%203")).get("values").size())
        .isEqualTo(1);
    assertThat(json(api.get("/v1/fields/outcome/values")).get("values").size()).isEqualTo(2);
    assertThat(json(api.get("/v1/fields/user.id/values?limit=3&prefix=1")).get("values").size())
        .isEqualTo(3);
    assertThat(json(api.get("/v1/fields/tags/values")).get("values").get(0).toString())
        .isEqualTo("{\"value\":\"a\",\"count\":60}");
    assertThat(json(api.get("/v1/fields/none/values")).get("sampled").asInt()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/events?filter=%24where:1 | filter_invalid",
        "/v1/events?filter=a:* | filter_invalid",
        "/v1/events?filter=a:%00 | filter_invalid",
        "/v1/events?from=x | range_invalid",
        "/v1/events?from=now&to=-1h | range_invalid",
        "/v1/events?from=-500d | range_invalid",
        "/v1/events?limit=0 | parameter_invalid",
        "/v1/events?limit=1001 | parameter_invalid",
        "/v1/events?limit=9999999999 | parameter_invalid",
        "/v1/events?order=up | parameter_invalid",
        "/v1/events?sort=x | parameter_invalid",
        "/v1/events?filter=a&filter=b | parameter_invalid",
        "/v1/events?cursor=abc | cursor_invalid",
        "/v1/events?cursor=%7B%7D | cursor_invalid",
        "/v1/fields/%24a/values | field_invalid",
        "/v1/fields/a..b/values | field_invalid",
        "/v1/fields/a/values?limit=201 | parameter_invalid",
        "/v1/tail?from=-1h | parameter_invalid",
        "/v1/tail?filter=timestamp:5 | filter_invalid"
      })
  void wrongInput_getsAProblem(String path, String code) throws Exception {
    assertProblem(api.get(path), 400, code);
  }

  @Test
  void requests_areCountedByEndpointAndOutcome() throws Exception {
    api.get("/v1/fields?prefix=service");
    api.get("/v1/fields?limit=1");

    assertThat(
            api.meters.get("wide_events.query.requests").tag("endpoint", "fields").timers().stream()
                .map(timer -> timer.getId().getTag("outcome")))
        .contains("ok", "parameter_invalid");
    assertThat(api.meters.get("wide_events.query.running").gauge().value()).isZero();
  }

  private static JsonNode field(JsonNode found, String name) {
    for (JsonNode field : found.get("fields")) {
      if (field.get("name").asString().equals(name)) {
        return field;
      }
    }
    throw new AssertionError("No field " + name + " in " + found);
  }

  private static List<String> idsOf(HttpResponse<String> page) {
    List<String> found = new ArrayList<>();
    json(page).get("events").forEach(event -> found.add(event.get("eventId").asString()));
    return found;
  }

  private static void assertProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = json(response);
    assertThat(problem.get("code").asString()).isEqualTo(code);
    assertThat(problem.get("type").asString()).isEqualTo("urn:wide-events:problem:" + code);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asString()).isNotEmpty();
    assertThat(problem.get("fix").asString()).isNotEmpty();
  }
}
