package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.EventProblem;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.ApiKeys;
import io.wideevents.gateway.access.NewKey;
import io.wideevents.gateway.access.RateLimit;
import io.wideevents.gateway.access.RateLimits;
import io.wideevents.gateway.access.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description of the API against the running server: each holds the other to its word. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
  private static final String JSON = "application/json";

  /** When the examples were valid. */
  private static final Instant EXAMPLES = Instant.parse("2026-11-22T10:05:00Z");

  private final TestServer server = TestServer.over(new ScriptedLogger());
  private final OpenApi api =
      new OpenApi(server.get("/openapi.yaml").body(), server.get("/schemas/event.json").body());
  private final Set<String> driven = new TreeSet<>();

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void everyDocumentedAnswer_isGivenAsDescribed(@TempDir Path directory) throws IOException {
    String valid = event("stored");
    String large = valid.replace("{", "{\"pad\":\"" + "x".repeat(300 * 1024) + "\",");
    byte[] bomb = Bodies.gzip(new byte[8 * TestServer.MAX_INFLATED]);

    check("post /v1/events", 202, server.post(valid));
    check("post /v1/events", 202, server.post("[" + valid + "," + event("spooled") + "]"));
    check("post /v1/events", 202, lines(valid + "\n\n" + valid + "\n"));
    check("post /v1/events", 202, prefer("return=minimal", valid));
    check("post /v1/events", 202, prefer("handling=lenient", "[" + valid + ",7]"));
    check("post /v1/events", 202, lines((valid + "\n").repeat(100)));
    check("post /v1/events", 207, prefer("return=minimal", "[" + valid + ",7]"));
    check("post /v1/events", 422, prefer("handling=strict", "[" + valid + ",7]"));
    check("post /v1/events", 207, server.post("[" + valid + ",7,{\"_id\":1}]"));
    check("post /v1/events", 207, lines(valid + "\n{\n" + event("refused")));
    check("post /v1/events", 207, lines(valid + "\n{".repeat(150)));
    check("post /v1/events", 422, lines("{\n".repeat(150)));
    check("post /v1/events", 207, lines(event("conflict") + "\n\u00ff\n" + valid));
    check("post /v1/events", 400, server.post("{\n  \"a\": oops"));
    check("post /v1/events", 400, server.post(""));
    check("post /v1/events", 400, server.post("[]"));
    check("post /v1/events", 400, server.post("7"));
    check("post /v1/events", 400, server.post("\uFEFF" + valid));
    check("post /v1/events", 400, server.post(new byte[] {'{', '"', (byte) 0xC0}, JSON));
    check("post /v1/events", 400, server.post(bomb, JSON, "Content-Encoding", "zstd"));
    check("post /v1/events", 413, server.post(bomb, JSON, "Content-Encoding", "gzip"));
    check("post /v1/events", 413, server.post(" ".repeat(TestServer.MAX_BODY + 1)));
    check("post /v1/events", 413, server.post("[" + "{},".repeat(TestServer.MAX_EVENTS) + "{}]"));
    check("post /v1/events", 413, server.post(large));
    check("post /v1/events", 415, server.post(valid.getBytes(UTF_8), "text/plain"));
    check("post /v1/events", 415, server.post(valid.getBytes(UTF_8), JSON + ";charset=utf-16"));
    check("post /v1/events", 415, server.post(bomb, JSON, "Content-Encoding", "br"));
    check("post /v1/events", 415, server.post(bomb, JSON, "Content-Encoding", "gzip, gzip"));
    check("post /v1/events", 422, server.post("{\"user\":{\"id\":true},\"user\":7}"));
    check("post /v1/events", 422, server.post("[{},[],{\"timestamp\":\"now\"}]"));
    check("post /v1/events", 422, server.post(event("refused")));
    check("post /v1/events", 422, server.post(event("conflict")));
    check("post /v1/events", 503, server.post(event("unconfirmed")));
    check(
        "post /v1/events",
        503,
        server.post("[" + valid + "," + event("unconfirmed") + "," + event("refused") + ",{}]"));
    check("post /v1/events", 405, server.get("/v1/events"));
    checkOtlp();
    for (String read : reads()) {
      check("get " + read, 200, server.get(read));
    }
    for (String path : api.paths()) {
      HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path));
      check(
          "options " + path, 204, server.send(request.method("OPTIONS", BodyPublishers.noBody())));
    }
    for (String document : List.of("/openapi.yaml", "/schemas/event.json")) {
      check("get " + document, 304, conditional(document));
    }
    server.tiers = List.of(TierStatus.of(Tier.SPOOL, TierStatus.State.DOWN).because("disk full"));
    check("get /health/ready", 503, server.get("/health/ready"));
    server.tiers =
        List.of(
            TierStatus.of(Tier.KAFKA, TierStatus.State.DOWN).since(Instant.now()),
            TierStatus.of(Tier.SPOOL, TierStatus.State.UP)
                .holding(new TierStatus.Backlog(3, 4711, Optional.of(Instant.now()))));
    check("get /health/ready", 200, server.get("/health/ready"));

    checkDeadLetters();
    checkSlowBody();
    checkRaw("post /v1/events", 417, "HTTP/1.1\r\nExpect: more");
    checkRaw("post /v1/events", 431, "HTTP/1.1\r\nCookie: " + "x".repeat(20_000));
    checkRaw("post /v1/events", 414, "?" + "x".repeat(20_000) + " HTTP/1.1");
    checkRaw("post /v1/events", 400, "HTTP/1.1\r\nContent-Length: ten");
    checkRaw("post /v1/events", 501, "HTTP/1.1\r\nTransfer-Encoding: gzip, chunked");
    checkForeignHosts();
    checkTooManyRequests();
    checkOverload();
    checkKeys(directory);
    check("post /v1/events", 500, server.post(event("bug")));

    assertThat(driven).as("given").isEqualTo(api.answers());
  }

  @Test
  void answersOfNoOperation_areAsDescribed() throws IOException {
    HttpResponse<String> nothing = server.get("/v1/nothing");
    Raw version = raw("GET /health/live HTTP/3.7\r\nHost: localhost\r\n\r\n");

    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(api.faultsOf("NotFound", contentType(nothing), nothing.body())).isEmpty();
    assertThat(version.status()).isEqualTo(505);
    assertThat(api.faultsOf("HttpVersionNotSupported", version.contentType(), version.body()))
        .isEmpty();
  }

  List<OpenApi.ExampleRequest> exampleRequests() {
    return api.exampleRequests();
  }

  @ParameterizedTest
  @MethodSource("exampleRequests")
  void exampleRequests_getTheStatusTheyPromise(OpenApi.ExampleRequest example) {
    try (TestServer then = TestServer.at(EXAMPLES)) {
      HttpResponse<String> response =
          then.post(example.body().getBytes(UTF_8), example.mediaType());

      assertThat(response.statusCode()).as(response.body()).isEqualTo(example.status());
      assertThat(
              api.faults(
                  "post /v1/events", example.status(), contentType(response), response.body()))
          .isEmpty();
    }
    if (example.mediaType().equals(JSON)) {
      assertThat(api.requestFaults(example)).isEmpty();
    }
  }

  @Test
  void exampleAnswers_areAsTheirSchemasSay() {
    assertThat(api.exampleFaults()).isEmpty();
  }

  @Test
  void everyCodeOfAProblem_isDocumentedUnderItsStatusAndNoOther() {
    Map<Integer, Set<String>> known = problemCodes();
    Set<String> ofTheEvent =
        ProblemCode.ofPostedEvents().stream().map(ProblemCode::code).collect(Collectors.toSet());
    ofTheEvent.addAll(Set.of("refused_by_database", "id_conflict"));

    for (Map.Entry<Integer, Set<String>> status : known.entrySet()) {
      assertThat(api.codes(status.getKey()))
          .as("codes of %d in openapi.yaml", status.getKey())
          .containsAll(status.getValue());
    }
    assertThat(api.eventCodes()).isEqualTo(ofTheEvent);
    for (int status : api.problemStatuses()) {
      Set<String> documented = new TreeSet<>(api.codes(status));
      documented.removeAll(known.getOrDefault(status, Set.of()));
      documented.removeAll(ofTheEvent);
      assertThat(documented)
          .as("codes of %d in openapi.yaml that the server did not send", status)
          .isEmpty();
    }
  }

  /** The codes of every problem this package makes, by status. */
  private static Map<Integer, Set<String>> problemCodes() {
    Map<Integer, Set<String>> codes = new TreeMap<>();
    for (Method method : Problems.class.getDeclaredMethods()) {
      if (method.getReturnType() == Problem.class
          && Modifier.isStatic(method.getModifiers())
          && !method.getName().equals("of")
          && !method.isSynthetic()) {
        Problem problem = call(method);
        codes.computeIfAbsent(problem.status(), status -> new TreeSet<>()).add(problem.code());
      }
    }
    return codes;
  }

  private static Problem call(Method method) {
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(OpenApiTest::sample).toArray();
    try {
      return (Problem) method.invoke(null, arguments);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError("Cannot make a problem with " + method, e);
    }
  }

  private static Object sample(Class<?> type) {
    if (type == int.class) {
      return 1;
    }
    if (type == boolean.class) {
      return true;
    }
    if (type == Duration.class) {
      return Duration.ofSeconds(1);
    }
    if (type == String.class) {
      return "sample";
    }
    if (type == Compression.class) {
      return Compression.GZIP;
    }
    if (type == EventProblem.class) {
      String tooMany = ProblemCode.TOO_MANY_EVENTS.code();
      return new EventProblem(tooMany, "", "sample", "sample", null);
    }
    throw new AssertionError("Give a sample of " + type + " here");
  }

  private void check(String operation, int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    check(operation, status, contentType(response), response.body());
  }

  private void check(String operation, int status, String contentType, String body) {
    assertThat(api.faults(operation, status, contentType, body))
        .as("%s %d: %s", operation, status, body)
        .isEmpty();
    driven.add(operation + " " + status);
  }

  private void checkRaw(String operation, int status, String rest) throws IOException {
    String path = rest.startsWith("?") ? "/v1/events" : "/v1/events ";
    String host = rest.replaceFirst("HTTP/1.1", "HTTP/1.1\r\nHost: localhost");
    Raw answer = raw("POST " + path + host + "\r\n\r\n");

    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    check(operation, status, answer.contentType(), answer.body());
  }

  private void checkDeadLetters() {
    RejectedEventPort down = (events, receivedAt, deadline) -> events.size();
    RejectedEventPort up = (events, receivedAt, deadline) -> 0;
    String body = "[" + event("stored") + ",7]";
    try (TestServer without = TestServer.withDeadLetters(AccessControl.open(), down);
        TestServer with = TestServer.withDeadLetters(AccessControl.open(), up)) {
      check("post /v1/events", 503, without.post(body));
      check("post /v1/events", 207, with.post(body));
      check("post /v1/events", 422, with.post("[7]"));
      byte[] rejected = "[7]".getBytes(UTF_8);
      check("post /v1/events", 202, with.post(rejected, JSON, "Prefer", "handling=lenient"));
    }
  }

  private void checkSlowBody() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 100000\r\n\r\n");
      CompletableFuture<Raw> answer =
          CompletableFuture.supplyAsync(
              () -> read(connection), task -> Thread.ofPlatform().daemon().start(task));
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                if (!answer.isDone()) {
                  connection.send(" ");
                }
                return answer.isDone();
              });
      assertThat(answer.join().status()).isEqualTo(408);
      check("post /v1/events", 408, answer.join().contentType(), answer.join().body());
    }
  }

  private void checkForeignHosts() throws IOException {
    for (String operation : api.operations()) {
      String[] parts = operation.split(" ", -1);
      Raw answer =
          raw(
              "%s %s HTTP/1.1\r\nHost: evil.example\r\n\r\n"
                  .formatted(parts[0].toUpperCase(Locale.ROOT), parts[1]));
      assertThat(answer.status()).isEqualTo(403);
      check(operation, 403, answer.contentType(), answer.body());
    }
  }

  /** Begins as many requests as one address may have under way; then all but health wait. */
  private void checkTooManyRequests() throws IOException {
    List<RawConnection> unfinished = new ArrayList<>();
    try (TestServer slow = new TestServer(TestServer.settings(Duration.ofSeconds(30)))) {
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                RawConnection connection = new RawConnection(slow.port());
                unfinished.add(connection);
                connection.send(
                    "POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n");
                return slow.metrics.requestsRefused().containsKey("too_many_requests");
              });
      for (String operation : api.operations()) {
        if (api.answers().contains(operation + " 429") && !operation.startsWith("post ")) {
          String[] parts = operation.split(" ", -1);
          HttpRequest.Builder request =
              HttpRequest.newBuilder(slow.uri(parts[1]))
                  .method(parts[0].toUpperCase(Locale.ROOT), BodyPublishers.noBody());
          HttpResponse<String> rejected = slow.send(request);
          check(operation, 429, rejected);
          assertThat(rejected.headers().firstValue("Retry-After")).isPresent();
        }
      }
      for (RawConnection connection : unfinished) {
        connection.close();
      }
    }
  }

  /**
   * Fills the memory of requests with bodies that never end, one after the other: two that grow at
   * the same time may be refused themselves and leave room again.
   */
  private void checkOverload() throws IOException {
    List<RawConnection> unfinished = new ArrayList<>();
    try (TestServer slow = new TestServer(TestServer.settings(Duration.ofSeconds(30)))) {
      HttpResponse<String> refused =
          await()
              .atMost(Duration.ofSeconds(20))
              .until(
                  () -> {
                    unfinished.add(sendAllButTheLastByte(slow.port()));
                    return slow.post(" ".repeat(TestServer.MAX_BODY));
                  },
                  response -> response.statusCode() == 429);
      check("post /v1/events", 429, refused);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      for (RawConnection connection : unfinished) {
        connection.close();
      }
    }
  }

  private static RawConnection sendAllButTheLastByte(int port) throws IOException {
    RawConnection connection = new RawConnection(port);
    connection.send(
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n".formatted(TestServer.MAX_BODY)
            + " ".repeat(TestServer.MAX_BODY - 1));
    return connection;
  }

  private void checkKeys(Path directory) throws IOException {
    NewKey ingest = NewKey.make("shop", EnumSet.of(Scope.INGEST));
    NewKey admin = NewKey.make("operator", EnumSet.of(Scope.ADMIN));
    Path file =
        Files.writeString(directory.resolve("keys"), ingest.line() + "\n" + admin.line() + "\n");
    RateLimits limits = new RateLimits(Optional.of(new RateLimit(1, 1)));
    AccessControl access = new AccessControl(Optional.of(ApiKeys.open(file)), limits);
    try (TestServer guarded = new TestServer(Optional.empty(), access)) {
      byte[] body = event("stored").getBytes(UTF_8);
      String post = "post /v1/events";
      check(post, 401, guarded.post(body, JSON));
      check(post, 401, guarded.post(body, JSON, "Authorization", "Bearer unknown"));
      check(post, 403, guarded.post(body, JSON, "Authorization", "Bearer " + admin.text()));
      check(post, 202, guarded.post(body, JSON, "Authorization", "Bearer " + ingest.text()));
      check(post, 429, guarded.post(body, JSON, "Authorization", "Bearer " + ingest.text()));
      String bearer = "Bearer " + ingest.text();
      String spans = OtlpBodies.trace("a");
      String records = OtlpBodies.log("a");
      check("post /v1/traces", 401, otlp(guarded, "/v1/traces", JSON, spans));
      check("post /v1/logs", 401, otlp(guarded, "/v1/logs", JSON, records));
      check("post /v1/metrics", 401, otlp(guarded, "/v1/metrics", JSON, "{}"));
      check(
          "post /v1/traces",
          429,
          otlp(guarded, "/v1/traces", JSON, spans, "Authorization", bearer));
      check(
          "post /v1/logs", 429, otlp(guarded, "/v1/logs", JSON, records, "Authorization", bearer));
      for (String read : reads()) {
        assertThat(guarded.get(read).statusCode()).as("%s needs no key", read).isEqualTo(200);
      }
    }
  }

  private void checkOtlp() {
    String large = "{" + " ".repeat(TestServer.MAX_BODY) + "}";
    for (Map.Entry<String, Function<String, String>> path :
        Map.<String, Function<String, String>>of(
                "/v1/traces", OtlpBodies::trace, "/v1/logs", OtlpBodies::log)
            .entrySet()) {
      String post = "post " + path.getKey();
      Function<String, String> body = path.getValue();
      check(post, 200, otlp(server, path.getKey(), JSON, "{}"));
      check(post, 200, otlp(server, path.getKey(), JSON, body.apply("stored-1")));
      check(post, 200, otlp(server, path.getKey(), "application/x-protobuf", ""));
      check(post, 400, otlp(server, path.getKey(), JSON, body.apply("refused-1")));
      check(post, 400, otlp(server, path.getKey(), JSON, "{"));
      check(post, 413, otlp(server, path.getKey(), JSON, large));
      check(post, 415, otlp(server, path.getKey(), "text/plain", "x"));
      check(post, 500, otlp(server, path.getKey(), JSON, body.apply("bug-1")));
      check(post, 503, otlp(server, path.getKey(), JSON, body.apply("unconfirmed-1")));
    }
    check("post /v1/metrics", 404, otlp(server, "/v1/metrics", JSON, "{}"));
  }

  private static HttpResponse<String> otlp(
      TestServer server, String path, String contentType, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return server.send(request);
  }

  private record Raw(int status, String contentType, String body) {}

  private Raw raw(String request) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(request);
      return read(connection);
    }
  }

  private static Raw read(RawConnection connection) {
    try {
      String answer = connection.readAll();
      int end = answer.indexOf("\r\n\r\n");
      String type =
          answer
              .lines()
              .filter(line -> line.startsWith("Content-Type:"))
              .findFirst()
              .map(line -> line.substring("Content-Type:".length()).strip())
              .orElse("");
      return new Raw(
          Integer.parseInt(answer.substring(9, 12)),
          type,
          new String(answer.substring(end + 4).getBytes(ISO_8859_1), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> lines(String ndjson) {
    return server.post(ndjson.getBytes(ISO_8859_1), "application/x-ndjson");
  }

  private HttpResponse<String> prefer(String preference, String body) {
    return server.post(body.getBytes(UTF_8), JSON, "Prefer", preference);
  }

  private HttpResponse<String> conditional(String path) {
    return server.send(HttpRequest.newBuilder(server.uri(path)).header("If-None-Match", "*"));
  }

  private List<String> reads() {
    return api.operations().stream()
        .filter(operation -> operation.startsWith("get "))
        .map(operation -> operation.substring("get ".length()))
        .toList();
  }

  private static String contentType(HttpResponse<String> response) {
    return response.headers().firstValue("Content-Type").orElse("");
  }

  private static String event(String script) {
    return TestEvents.minimal(script + "-1", Instant.now());
  }
}
