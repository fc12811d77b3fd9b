package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.TestEvents;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every status of {@code POST /v1/events}, over a socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostEventsTest {
  private static final String INVALID = "{\"requestId\":\"req-2\"}";

  private final Instant now = Instant.now();
  private final String valid = TestEvents.minimal("req-1", now);
  private final TestServer server = new TestServer();

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void post_answers202WithTheEventsIdAndTier() {
    // When
    HttpResponse<String> response = server.post(valid);

    // Then
    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply.keySet()).containsExactly("accepted", "tier", "events");
    assertThat(reply.getInteger("accepted")).isEqualTo(1);
    assertThat(reply.getString("tier")).isEqualTo("kafka");
    Document entry = ReplyJson.events(reply).getFirst();
    assertThat(entry.keySet()).containsExactly("index", "eventId", "tier");
    assertThat(server.logger.durable()).containsKey(EventId.parse(entry.getString("eventId")));
  }

  @Test
  void post_takesAnEventAgainUnderTheIdItWasAnswered() {
    String event = valid.replace("}", ",\"password\":\"s3cret\"}");
    String id =
        ReplyJson.events(ReplyJson.parse(server.post(event).body()))
            .getFirst()
            .getString("eventId");
    String withId = "{\"eventId\":\"" + id + "\"," + event.substring(1);

    HttpResponse<String> again = server.post(withId);
    HttpResponse<String> corrected = server.post(withId.replace("GET /health", "GET /ready"));

    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(ReplyJson.events(ReplyJson.parse(again.body())).getFirst().getString("eventId"))
        .isEqualTo(id);
    assertThat(corrected.statusCode()).isEqualTo(422);
    assertThat(corrected.body()).contains("event_id_invalid", "version 4 or 7");
  }

  @Test
  void post_refusesAnIdOfVersion8InOneEntryOnly() {
    String foreign = "{\"eventId\":\"0192f0c1-2b4d-8f6e-9a1b-2c3d4e5f6071\"," + valid.substring(1);

    HttpResponse<String> array = server.post("[" + foreign + "," + valid + "]");

    assertThat(array.statusCode()).isEqualTo(207);
    List<Document> entries = ReplyJson.events(ReplyJson.parse(array.body()));
    assertThat(entries.get(0).toJson()).contains("event_id_invalid");
    assertThat(entries.get(1)).containsKey("eventId");
  }

  @Test
  void post_givesTheSameBytesTheSameId() {
    String first = ReplyJson.events(ReplyJson.parse(server.post(valid).body())).getFirst().toJson();
    String second =
        ReplyJson.events(ReplyJson.parse(server.post(valid).body())).getFirst().toJson();

    assertThat(second).isEqualTo(first);
  }

  Stream<Arguments> batches() {
    List<String> events = TestEvents.checkouts(3, now);
    byte[] array = TestEvents.utf8(TestEvents.array(events));
    byte[] lines = TestEvents.utf8("\n" + TestEvents.ndjson(events) + "\n\r\n");
    return Stream.of(
        Arguments.of("array", array, "application/json", ""),
        Arguments.of("NDJSON", lines, "application/x-ndjson; charset=utf-8", ""),
        Arguments.of("gzip", Bodies.gzip(array), "application/json", "gzip"),
        Arguments.of("zstd", Bodies.zstd(lines), "application/jsonl", "zstd"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("batches")
  void post_takesABatch(String name, byte[] body, String contentType, String encoding) {
    // When
    HttpResponse<String> response =
        encoding.isEmpty()
            ? server.post(body, contentType)
            : server.post(body, contentType, "Content-Encoding", encoding);

    // Then
    assertThat(response.statusCode()).isEqualTo(202);
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply.getInteger("accepted")).isEqualTo(3);
    assertThat(ReplyJson.events(reply))
        .extracting(entry -> entry.getInteger("index"))
        .containsExactly(0, 1, 2);
    assertThat(requestIds(server.logger.calls().getLast()))
        .containsExactly("req-00000000", "req-00000001", "req-00000002");
  }

  @Test
  void post_answers207InInputOrderWhenSomeAreRefused() {
    // Given good, poison, good: the poison not even JSON
    String body = TestEvents.ndjson(List.of(valid, "{\"requestId\":", INVALID, valid));

    // When
    HttpResponse<String> response = server.post(body.getBytes(UTF_8), "application/x-ndjson");

    // Then
    assertThat(response.statusCode()).isEqualTo(207);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply.getInteger("accepted")).isEqualTo(2);
    assertThat(reply.getInteger("rejected")).isEqualTo(2);
    List<Document> entries = ReplyJson.events(reply);
    assertThat(entries).hasSize(4);
    assertThat(entries.get(0)).containsKeys("eventId", "tier").doesNotContainKey("errors");
    assertThat(entries.get(1)).containsEntry("line", 2).doesNotContainKey("eventId");
    assertThat(ReplyJson.codes(entries.get(1))).containsExactly("malformed_json");
    assertThat(ReplyJson.codes(entries.get(2))).contains("missing_field");
    assertThat(ReplyJson.errors(entries.get(2)))
        .allSatisfy(error -> assertThat(error).containsKeys("code", "field", "message", "fix"));
    assertThat(entries.get(3)).containsKey("eventId");
  }

  @Test
  void post_answers207WhenTheDatabaseRefusesOne() {
    // Given
    server.logger.refuse(event -> event.requestId().equals("req-00000001"));

    // When
    HttpResponse<String> response = server.post(TestEvents.array(TestEvents.checkouts(2, now)));
    server.logger.refuse(event -> false);

    // Then
    assertThat(response.statusCode()).isEqualTo(207);
    Document refused = ReplyJson.events(ReplyJson.parse(response.body())).get(1);
    assertThat(ReplyJson.codes(refused)).containsExactly("refused_by_database");
  }

  Stream<Arguments> refusedBodies() {
    byte[] good = valid.getBytes(UTF_8);
    byte[] gzip = Bodies.gzip(good);
    byte[] bomb = Bodies.gzip(new byte[8 * TestServer.MAX_INFLATED]);
    String json = "application/json";
    String lines = "application/x-ndjson";
    String manyEvents = TestEvents.array(TestEvents.checkouts(TestServer.MAX_EVENTS + 1, now));
    String large = valid.replace("req-1", "req-1\",\"pad\":\"" + "x".repeat(300 * 1024));
    return Stream.of(
        refused(400, "malformed_json", "{\"requestId\":", json),
        refused(400, "malformed_json", valid + "x", json),
        refused(400, "malformed_json", "{\"requestId\": NaN}", json),
        refused(400, "empty_body", "", json),
        refused(400, "empty_body", " \n", json),
        refused(400, "no_events", "[]", json),
        refused(400, "no_events", "\n\n", lines),
        refused(400, "invalid_utf8", new byte[] {'{', '"', (byte) 0xC0, '"', '}'}, json),
        refused(400, "byte_order_mark", "\uFEFF" + valid, json),
        refused(400, "corrupt_compression", Arrays.copyOf(gzip, gzip.length - 3), json, "gzip"),
        refused(400, "corrupt_compression", good, json, "zstd"),
        refused(413, "body_too_large", new byte[TestServer.MAX_BODY + 1], json),
        refused(413, "inflated_body_too_large", bomb, json, "gzip"),
        refused(413, "too_many_events", manyEvents, json),
        refused(413, "event_too_large", large, json),
        refused(415, "unsupported_media_type", good, "text/plain"),
        refused(415, "unsupported_charset", good, "application/json; charset=iso-8859-1"),
        refused(415, "unsupported_content_encoding", good, json, "br"),
        refused(415, "stacked_content_encoding", Bodies.gzip(gzip), json, "gzip, gzip"),
        refused(422, "missing_field", INVALID, json),
        refused(422, "duplicate_key", valid.replace("{", "{\"a\":1,\"a\":2,"), json),
        refused(422, "reserved_name", valid.replace("{", "{\"_id\":1,"), json),
        refused(422, "timestamp_expired", minimalAt("2001-01-01T00:00:00Z"), json),
        refused(422, "timestamp_in_future", minimalAt("2999-01-01T00:00:00Z"), json),
        refused(422, "too_deep", deep(), json),
        refused(422, "invalid_events", "[" + INVALID + "," + INVALID + "]", json),
        refused(422, "invalid_events", "{\n{\n", lines));
  }

  @ParameterizedTest(name = "{0} {1} {3} {4}")
  @MethodSource("refusedBodies")
  void post_refuses(int status, String code, byte[] body, String contentType, String encoding) {
    // Given
    int calls = server.logger.calls().size();

    // When
    HttpResponse<String> response =
        encoding.isEmpty()
            ? server.post(body, contentType)
            : server.post(body, contentType, "Content-Encoding", encoding);

    // Then
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    Document problem = ReplyJson.parse(response.body());
    assertThat(problem.getString("code")).isEqualTo(code);
    assertThat(problem.getInteger("status")).isEqualTo(status);
    assertThat(problem.getString("type")).isEqualTo("urn:wide-events:problem:" + code);
    assertThat(problem.getString("title")).isNotBlank();
    assertThat(problem.getString("detail")).isNotBlank();
    assertThat(problem.getString("fix")).isNotBlank();
    assertThat(server.logger.calls()).as("nothing is delivered").hasSize(calls);
  }

  @Test
  void post_tellsLineAndColumnOfMalformedJson() {
    Document problem = ReplyJson.parse(server.post("{\n  \"requestId\": oops\n}").body());

    assertThat(ReplyJson.errors(problem).getFirst())
        .containsEntry("code", "malformed_json")
        .containsEntry("line", 2)
        .containsKey("column");
  }

  @Test
  void post_listsEveryErrorOfAnEvent() {
    HttpResponse<String> response = server.post("{\"service\":\"\",\"user\":{\"id\":true}}");

    Document problem = ReplyJson.parse(response.body());
    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(ReplyJson.errors(problem))
        .extracting(error -> error.getString("field"))
        .contains("requestId", "service", "route", "timestamp", "user.id");
    assertThat(problem).doesNotContainKey("events");
  }

  @Test
  void post_listsTheEntriesWhenABatchIsRefusedAsAWhole() {
    Document problem = ReplyJson.parse(server.post("[" + INVALID + ",7]").body());

    assertThat(problem.getInteger("rejected")).isEqualTo(2);
    assertThat(problem.getInteger("accepted")).isZero();
    assertThat(ReplyJson.codes(ReplyJson.events(problem).get(1))).containsExactly("not_an_object");
  }

  @Test
  void post_makesAnOversizeEventOfABatchAnEntry() {
    String large = valid.replace("req-1", "req-1\",\"pad\":\"" + "x".repeat(300 * 1024));

    HttpResponse<String> response = server.post("[" + valid + "," + large + "]");

    assertThat(response.statusCode()).isEqualTo(207);
    assertThat(ReplyJson.codes(ReplyJson.events(ReplyJson.parse(response.body())).get(1)))
        .containsExactly("event_too_large");
  }

  @Test
  void post_namesTheLimitOfAnOversizeEventAndItsSetting() {
    String large = valid.replace("req-1", "req-1\",\"pad\":\"" + "x".repeat(300 * 1024));

    Document problem = ReplyJson.parse(server.post(large).body());

    assertThat(problem.getString("detail") + problem.getString("fix"))
        .contains("262144")
        .contains("EVENT_MAX_BYTES");
  }

  @Test
  void post_answers413ToAnOversizeEventWhateverElseIsWrong() {
    StringBuilder worst = new StringBuilder("{\"pad\":\"" + "x".repeat(300 * 1024) + "\"");
    for (int i = 0; i < 50; i++) {
      worst.append(",\"_reserved").append(i).append("\":1");
    }

    HttpResponse<String> response = server.post(worst.append('}').toString());

    assertThat(response.statusCode()).isEqualTo(413);
    Document problem = ReplyJson.parse(response.body());
    assertThat(problem.getString("code")).isEqualTo("event_too_large");
    assertThat(ReplyJson.codes(problem)).hasSize(20).contains("reserved_name");
  }

  @Test
  void post_answers503AndTellsWhichEventsAreDurable() {
    // Given
    server.logger.leaveUnconfirmed(event -> event.requestId().equals("req-00000001"));
    String body =
        TestEvents.array(
            List.of(TestEvents.checkout(0, now), TestEvents.checkout(1, now), INVALID));

    // When
    HttpResponse<String> response = server.post(body);
    server.logger.leaveUnconfirmed(event -> false);

    // Then
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
    Document problem = ReplyJson.parse(response.body());
    assertThat(problem.getString("code")).isEqualTo("not_confirmed");
    assertThat(problem)
        .containsAllEntriesOf(Map.of("accepted", 1, "rejected", 1, "unconfirmed", 1));
    assertThat(ReplyJson.events(problem).get(0)).containsEntry("tier", "kafka");
    assertThat(ReplyJson.events(problem).get(1))
        .containsEntry("confirmed", false)
        .containsKey("eventId");
    assertThat(ReplyJson.events(problem).get(2)).containsKey("errors");
  }

  @Test
  void post_answersWithinTheAckTimeoutWhenNothingConfirms() {
    // Given
    server.logger.fallSilent();
    long start = System.nanoTime();

    // When
    HttpResponse<String> response = server.post(valid);
    server.logger.comeBack();

    // Then
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofSeconds(4), Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
  void events_answer405ToOtherMethods(String method) {
    HttpResponse<String> response =
        server.send(
            HttpRequest.newBuilder(server.uri("/v1/events"))
                .method(method, HttpRequest.BodyPublishers.noBody()));

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue("OPTIONS, POST");
    assertThat(ReplyJson.parse(response.body()).getString("code")).isEqualTo("method_not_allowed");
  }

  @Test
  void unknownPaths_answer404() {
    HttpResponse<String> response = server.get("/v1/event");

    assertThat(response.statusCode()).isEqualTo(404);
    Document problem = ReplyJson.parse(response.body());
    assertThat(problem.getString("code")).isEqualTo("not_found");
    assertThat(problem.getString("fix")).contains("/v1/events");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/v1/events", "/v1/events/42", "/ui/", "/v1/fields", "/query-openapi.yaml"})
  void queries_thatAreOff_nameTheSetting(String path) {
    Document problem = ReplyJson.parse(server.get(path).body());

    assertThat(problem.getString("fix")).contains("QUERY_ENABLED=true");
  }

  private static List<String> requestIds(List<EncodedEvent> events) {
    return events.stream().map(EncodedEvent::requestId).toList();
  }

  private static Arguments refused(int status, String code, String body, String contentType) {
    return refused(status, code, body.getBytes(UTF_8), contentType);
  }

  private static Arguments refused(int status, String code, byte[] body, String contentType) {
    return refused(status, code, body, contentType, "");
  }

  private static Arguments refused(
      int status, String code, byte[] body, String contentType, String encoding) {
    return Arguments.of(status, code, body, contentType, encoding);
  }

  private static String minimalAt(String timestamp) {
    return TestEvents.minimal("req-1", Instant.parse(timestamp));
  }

  private String deep() {
    String nested = "[".repeat(40) + "]".repeat(40);
    return valid.replace("{", "{\"nested\":" + nested + ",");
  }
}
