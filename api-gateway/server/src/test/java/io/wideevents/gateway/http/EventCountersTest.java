package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.gateway.metrics.InMemoryGatewayMetrics;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The counters against what was posted, to the last event. */
class EventCountersTest {
  private static final String NO_SERVICE =
      "{\"requestId\":\"r\",\"route\":\"GET /\",\"timestamp\":" + System.currentTimeMillis() + "}";
  private static final String RESERVED =
      "{\"_id\":1,\"requestId\":\"r\",\"service\":\"s\",\"route\":\"GET /\",\"timestamp\":"
          + System.currentTimeMillis()
          + "}";

  private final ScriptedLogger logger = new ScriptedLogger();
  private final TestServer server = TestServer.over(logger);
  private final InMemoryGatewayMetrics metrics = server.metrics;
  private int ids;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void events_areEachCountedOnceByWhatBecameOfThem() {
    String first = valid("stored");

    // When good, bad, mixed, duplicate, refused and unconfirmable events are posted
    expect(202, post(first));
    expect(202, post(first));
    expect(202, post("[" + valid("stored") + "," + valid("direct") + "]"));
    expect(202, post("[" + valid("spooled") + "," + valid("stored") + "]"));
    expect(422, post(NO_SERVICE));
    expect(422, post("[" + NO_SERVICE + "," + RESERVED + ",1]"));
    expect(207, post("[" + valid("stored") + "," + RESERVED + "," + valid("refused") + "]"));
    expect(422, post(valid("conflict")));
    expect(503, post(valid("unconfirmed")));
    expect(503, post("[" + valid("stored") + "," + valid("unconfirmed") + "," + NO_SERVICE + "]"));
    expect(207, ndjson(valid("stored") + "\n{\n" + valid("stored")));

    // Then
    assertThat(metrics.received()).isEqualTo(21);
    assertThat(metrics.accepted()).isEqualTo(Map.of(Tier.KAFKA, 8, Tier.MONGODB, 1, Tier.SPOOL, 1));
    assertThat(metrics.rejected())
        .isEqualTo(
            Map.of(
                "missing_field", 3,
                "reserved_name", 2,
                "not_an_object", 1,
                "refused_by_database", 1,
                "id_conflict", 1,
                "malformed_json", 1));
    assertThat(metrics.unconfirmed()).isEqualTo(2);
    assertThat(metrics.concluded()).isEqualTo(metrics.received());
    assertThat(metrics.acknowledged())
        .isEqualTo(Map.of(Tier.KAFKA, 4, Tier.MONGODB, 1, Tier.SPOOL, 1));
    assertThat(metrics.requestsRefused()).isEmpty();
  }

  @Test
  void requestsRefusedAsAWhole_countByTheirCodeAndNoneOfTheirEvents() {
    expect(400, post("[" + valid("stored")));
    expect(400, post(""));
    expect(400, post("[]"));
    expect(413, post("[" + "{},".repeat(TestServer.MAX_EVENTS) + "{}]"));
    expect(413, post(" ".repeat(TestServer.MAX_BODY + 1)));
    expect(415, server.post(valid("stored").getBytes(UTF_8), "text/plain"));
    expect(404, server.get("/v1/nothing"));
    expect(405, server.get("/v1/events"));

    assertThat(metrics.requestsRefused())
        .isEqualTo(
            Map.of(
                "malformed_json", 1,
                "empty_body", 1,
                "no_events", 1,
                "too_many_events", 1,
                "body_too_large", 1,
                "unsupported_media_type", 1,
                "not_found", 1,
                "method_not_allowed", 1));
    assertThat(metrics.received()).isZero();
    assertThat(metrics.concluded()).isZero();
  }

  @Test
  void redactedValues_areCounted() {
    String secretive = valid("stored");

    expect(
        202,
        post(
            secretive.substring(0, secretive.length() - 1)
                + ",\"password\":\"p\",\"a\":{\"Cookie\":1}}"));
    expect(202, post(valid("stored")));

    assertThat(metrics.redacted()).isEqualTo(2);
  }

  @Test
  void eventsOfARequestThatFails_areUnconfirmed() {
    expect(500, post("[" + valid("bug") + "," + NO_SERVICE + "]"));

    assertThat(metrics.received()).isEqualTo(2);
    assertThat(metrics.unconfirmed()).isEqualTo(2);
    assertThat(metrics.concluded()).isEqualTo(2);
    assertThat(metrics.requestsRefused()).isEqualTo(Map.of("internal_error", 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20_261_126, 4_711})
  void countersAddUp_whateverIsPosted(long seed) {
    Random random = new Random(seed);
    int received = 0;
    Map<String, Integer> answered = new TreeMap<>();

    for (int request = 0; request < 150; request++) {
      int size = 1 + random.nextInt(8);
      List<String> events = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        events.add(any(random));
      }
      String body = size == 1 ? events.getFirst() : "[" + String.join(",", events) + "]";
      if (random.nextInt(20) == 0) {
        expect(400, post(body + "]"));
      } else {
        received += size;
        tally(post(body), size, answered);
      }
    }

    assertThat(metrics.received()).isEqualTo(received);
    assertThat(metrics.concluded()).isEqualTo(received);
    assertThat(sum(metrics.accepted())).isEqualTo(answered.get("accepted"));
    assertThat(sum(metrics.rejected())).isEqualTo(answered.get("rejected"));
    assertThat(metrics.unconfirmed()).isEqualTo(answered.get("unconfirmed"));
  }

  /** Adds what a reply says of its events; that is what clients count. */
  private static void tally(HttpResponse<String> response, int size, Map<String, Integer> totals) {
    Document reply = ReplyJson.parse(response.body());
    if (!reply.containsKey("events")) {
      totals.merge("rejected", size, Integer::sum);
      return;
    }
    for (String kind : List.of("accepted", "rejected", "unconfirmed")) {
      totals.merge(kind, reply.getInteger(kind, 0), Integer::sum);
    }
  }

  private String any(Random random) {
    List<String> scripts =
        List.of("stored", "stored", "direct", "spooled", "refused", "conflict", "unconfirmed");
    int choice = random.nextInt(scripts.size() + 2);
    return choice < scripts.size()
        ? valid(scripts.get(choice))
        : choice == scripts.size() ? NO_SERVICE : RESERVED;
  }

  /** A valid event of which the logger does what its request id begins with. */
  private String valid(String script) {
    return TestEvents.minimal(script + "-" + ids++, Instant.now());
  }

  private HttpResponse<String> post(String body) {
    return server.post(body);
  }

  private HttpResponse<String> ndjson(String body) {
    return server.post(body.getBytes(UTF_8), "application/x-ndjson");
  }

  private static void expect(int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
  }

  private static int sum(Map<?, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
