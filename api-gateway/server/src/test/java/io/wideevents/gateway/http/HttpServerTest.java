package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.javalin.util.JavalinBindException;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class HttpServerTest {
  private static final String JSON = "Content-Type: application/json";

  private final TestServer server = new TestServer();
  private final String valid = TestEvents.minimal("req-1", Instant.now());

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost,202",
    "LOCALHOST:8080,202",
    "127.0.0.1:1,202",
    "127.1.2.3,202",
    "[::1]:8080,202",
    "evil.example,403",
    "localhost.evil.example,403",
    "127.0.0.1.evil.example:8080,403",
    "0.0.0.0,403",
  })
  void requests_mustAddressLoopbackWithoutKeys(String host, int status) throws IOException {
    assertThat(post("Host: " + host)).startsWith("HTTP/1.1 " + status);
  }

  @Test
  void requests_mayAddressAnyHostWhenSaidSo() throws IOException {
    HttpSettings guarded = TestServer.settings(Duration.ofSeconds(2));
    HttpSettings open =
        new HttpSettings(
            guarded.host(),
            0,
            true,
            guarded.ackTimeout(),
            guarded.bodyTimeout(),
            guarded.maxBodyBytes(),
            guarded.maxInflatedBytes(),
            guarded.maxInFlightBytes());
    try (TestServer anyHost = new TestServer(open);
        RawConnection connection = new RawConnection(anyHost.port())) {
      connection.send(request("Host: gateway.example"));

      assertThat(connection.readAll()).startsWith("HTTP/1.1 202");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ten\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length:"
            + " 6\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      })
  void malformedRequests_areAnsweredWithAProblem(String request) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(request);

      String response = connection.readAll();

      assertThat(response).startsWith("HTTP/1.1 4").contains("application/problem+json");
      assertThat(ReplyJson.parse(response.substring(response.indexOf("\r\n\r\n") + 4)))
          .containsKeys("code", "fix");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | bad_request | GARBAGE",
        "400 | bad_request | GET /health/live HTTP/1.1~Host: localhost~Host: localhost",
        "414 | uri_too_long | GET /LONG HTTP/1.1~Host: localhost",
        "417 | expectation_failed | POST /v1/events HTTP/1.1~Host: localhost~Expect: more",
        "431 | headers_too_large | GET /health/live HTTP/1.1~Host: localhost~Cookie: LONG",
        "505 | http_version_not_supported | GET /health/live HTTP/3.7~Host: localhost",
      })
  void refusalsOfTheServerItself_haveACodeOfTheirOwn(int status, String code, String request)
      throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          request.replace("~", "\r\n").replace("LONG", "x".repeat(20_000)) + "\r\n\r\n");

      String response = connection.readAll();

      assertThat(response).startsWith("HTTP/1.1 " + status).contains("application/problem+json");
      Document problem = ReplyJson.parse(response.substring(response.indexOf("\r\n\r\n") + 4));
      assertThat(problem).containsEntry("status", status).containsEntry("code", code);
    }
    assertThat(server.metrics.requestsRefused()).isEqualTo(Map.of(code, 1));
  }

  @ParameterizedTest
  @CsvSource({"UP,200", "DOWN,503"})
  void head_answersAsGetDoesWithoutABody(TierStatus.State state, int status) {
    server.tiers = tiers(state, state);

    HttpResponse<String> response = other("HEAD", "/health/ready");

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/events,'OPTIONS, POST'",
    "/health/ready,'GET, HEAD, OPTIONS'",
    "/metrics,'GET, HEAD, OPTIONS'",
    "/openapi.yaml,'GET, HEAD, OPTIONS'",
  })
  void options_tellWhichMethodsAPathTakes(String path, String allowed) {
    HttpResponse<String> response = other("OPTIONS", path);

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.headers().firstValue("Allow")).hasValue(allowed);
    assertThat(response.body()).isEmpty();
    assertThat(other("DELETE", path).headers().firstValue("Allow")).hasValue(allowed);
  }

  @ParameterizedTest
  @CsvSource({"HEAD,/v1/events,405", "OPTIONS,/v1/nothing,404", "HEAD,/v1/nothing,404"})
  void headAndOptions_areRefusedLikeOtherMethods(String method, String path, int status) {
    assertThat(other(method, path).statusCode()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "/openapi.yaml,application/yaml,openapi: 3.1",
    "/schemas/event.json,application/schema+json,https://json-schema.org/draft/2020-12/schema",
  })
  void descriptions_areServedAndNotSentTwice(String path, String mediaType, String content) {
    HttpResponse<String> first = server.get(path);
    String tag = first.headers().firstValue("ETag").orElseThrow();

    HttpResponse<String> again =
        server.send(HttpRequest.newBuilder(server.uri(path)).header("If-None-Match", tag));

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("Content-Type")).hasValue(mediaType);
    assertThat(first.body()).contains(content);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("ETag")).hasValue(tag);
  }

  @Test
  void slowBodies_areCutOff() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(head("Host: localhost", JSON, "Content-Length: 1000"));
      CompletableFuture<String> response =
          CompletableFuture.supplyAsync(() -> readAll(connection), HttpServerTest::onThread);

      // One byte every tenth of a second keeps the connection busy but not the event coming.
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                if (!response.isDone()) {
                  connection.send(" ");
                }
                return response.isDone();
              });

      assertThat(response.join()).startsWith("HTTP/1.1 408").contains("\"body_timeout\"");
    }
  }

  @Test
  void stalledBodies_areCutOffAtTheSameTime() throws IOException {
    // Well within the time that a connection on which nothing happens is kept otherwise
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(head("Host: localhost", JSON, "Content-Length: 1000") + "[");

      assertThat(connection.readAll()).startsWith("HTTP/1.1 408").contains("\"body_timeout\"");
    }
  }

  @Test
  void connections_areKeptLongerThanABodyMayTake() throws Exception {
    // Else a client whose request the server has not begun to read yet is cut off without an answer
    try (TestServer hasty = new TestServer(TestServer.settings(Duration.ofSeconds(1)));
        RawConnection connection = new RawConnection(hasty.port())) {
      connection.expectNothingFor(Duration.ofSeconds(2));
      String request = head("Host: localhost", JSON, "Content-Length: " + valid.length()) + valid;

      connection.send(request);
      String first = connection.readUntil("}]}");
      connection.expectNothingFor(Duration.ofSeconds(2));
      connection.send(request);

      assertThat(first).startsWith("HTTP/1.1 202");
      assertThat(connection.readUntil("}]}")).startsWith("HTTP/1.1 202");
    }
  }

  @Test
  void requestsThatWaitForATier_areNotCutOffWithTheBodysTime() throws Exception {
    RecordingLogger recording = new RecordingLogger(Tier.KAFKA);
    HoldingLogger holding = new HoldingLogger(recording);
    try (TestServer slow =
        new TestServer(TestServer.settings(Duration.ofSeconds(1)), recording, logger -> holding)) {
      CompletableFuture<HttpResponse<String>> running =
          CompletableFuture.supplyAsync(() -> slow.post(valid), HttpServerTest::onThread);
      assertThat(holding.arrived().await(20, TimeUnit.SECONDS)).isTrue();

      await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(() -> true);
      holding.released().complete(null);

      assertThat(running.join().statusCode()).isEqualTo(202);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost,application/json,413,body_too_large",
    "localhost,text/plain,415,unsupported_media_type",
    "evil.example,application/json,403,foreign_host",
  })
  void refusals_reachClientsThatWriteEverythingFirst(
      String host, String contentType, int status, String code) throws IOException {
    // More than the sockets' buffers hold on both sides
    int length = 12 << 20;
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          head("Host: " + host, "Content-Type: " + contentType, "Content-Length: " + length));
      connection.send(" ".repeat(length));

      assertThat(connection.readAll()).startsWith("HTTP/1.1 " + status).contains(code);
    }
  }

  @Test
  void refusals_reachClientsThatWriteEverythingFirstInChunks() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(head("Host: localhost", JSON, "Transfer-Encoding: chunked"));
      for (int chunk = 0; chunk < 12; chunk++) {
        connection.send("100000\r\n" + " ".repeat(1 << 20) + "\r\n");
      }
      connection.send("0\r\n\r\n");

      assertThat(connection.readAll()).startsWith("HTTP/1.1 413").contains("body_too_large");
    }
  }

  @Test
  void refusals_doNotWaitForEndlessBodies() {
    assertThatThrownBy(
            () -> {
              try (RawConnection connection = new RawConnection(server.port())) {
                connection.send(head("Host: localhost", JSON, "Transfer-Encoding: chunked"));
                while (true) {
                  connection.send("100000\r\n" + " ".repeat(1 << 20) + "\r\n");
                }
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void bodiesCutShort_areRefused() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(head("Host: localhost", JSON, "Content-Length: 1000") + valid);
      connection.endRequest();

      assertThat(connection.readAll()).startsWith("HTTP/1.1 400");
    }
    assertThat(server.logger.calls()).isEmpty();
  }

  @Test
  void expectContinue_isAskedForABodyThatMayCome() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(expecting("application/json", valid.length()));
      assertThat(connection.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100");

      connection.send(valid);

      assertThat(connection.readUntil("\r\n")).startsWith("HTTP/1.1 202");
    }
  }

  @ParameterizedTest
  @CsvSource({"text/plain,100,415", "application/json,99999999,413"})
  void expectContinue_isRefusedByTheHeadersAlone(String contentType, int length, int status)
      throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(expecting(contentType, length));

      assertThat(connection.readAll())
          .startsWith("HTTP/1.1 " + status)
          .doesNotContain("100 Continue");
    }
  }

  @ParameterizedTest
  @CsvSource({
    // Asked for the body, and then too large
    "application/json,Transfer-Encoding: chunked,413",
    // Sent without being asked for
    "text/plain,Content-Length: 12582912,415",
    "text/plain,Transfer-Encoding: chunked,415",
  })
  void refusals_reachClientsThatExpectContinueAndWriteEverythingFirst(
      String contentType, String length, int status) throws IOException {
    int mebibytes = 12;
    boolean isChunked = length.contains("chunked");
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          head("Host: localhost", "Expect: 100-continue", "Content-Type: " + contentType, length));
      for (int i = 0; i < mebibytes; i++) {
        connection.send(isChunked ? "100000\r\n" : "");
        connection.send(" ".repeat(1 << 20));
        connection.send(isChunked ? "\r\n" : "");
      }

      assertThat(connection.readAll()).contains("HTTP/1.1 " + status);
    }
  }

  @Test
  void largeRefusedBodies_doNotKeepTheClientFromReadingTheAnswer() {
    HttpResponse<String> response =
        server.post(new byte[16 * TestServer.MAX_BODY], "application/json");

    assertThat(response.statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /health/live, 200",
    "GET /nothing/here, 404",
    "POST /v1/events, 415",
    "OPTIONS /v1/events, 204",
  })
  void requestsForAWebSocket_areAnsweredAsAnyOther_andLeaveNoSession(String line, int status)
      throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          line
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\n"
              + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 0\r\n\r\n");

      assertThat(connection.readAll())
          .startsWith("HTTP/1.1 " + status)
          .doesNotContainIgnoringCase("Set-Cookie");
    }
  }

  @Test
  void live_answersWhateverTheTiers() {
    server.tiers = tiers(TierStatus.State.DOWN, TierStatus.State.DOWN);

    HttpResponse<String> response = server.get("/health/live");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(ReplyJson.parse(response.body())).containsEntry("status", "live");
  }

  @ParameterizedTest
  @CsvSource({
    "UP,UP,200,ready",
    "UP,DOWN,200,ready",
    "DOWN,UP,200,degraded",
    "PROBING,DOWN,200,degraded",
    "DOWN,DOWN,503,unavailable",
  })
  void ready_showsEachTier(
      TierStatus.State kafka, TierStatus.State mongodb, int code, String status) {
    server.tiers = tiers(kafka, mongodb);

    HttpResponse<String> response = server.get("/health/ready");

    assertThat(response.statusCode()).isEqualTo(code);
    Document ready = ReplyJson.parse(response.body());
    assertThat(ready).containsEntry("status", status);
    List<Document> tiers = ready.getList("tiers", Document.class);
    assertThat(tiers)
        .extracting(tier -> tier.getString("tier"))
        .containsExactly("kafka", "mongodb");
    assertThat(tiers.getFirst()).containsEntry("state", kafka.name().toLowerCase(Locale.ROOT));
  }

  @Test
  void drain_answersRunningRequestsAndRefusesNewOnes() throws Exception {
    // Given a request whose events are not confirmed yet
    RecordingLogger recording = new RecordingLogger(Tier.KAFKA);
    HoldingLogger holding = new HoldingLogger(recording);
    try (TestServer draining =
        new TestServer(TestServer.settings(Duration.ofSeconds(2)), recording, logger -> holding)) {
      CompletableFuture<HttpResponse<String>> running =
          CompletableFuture.supplyAsync(() -> draining.post(valid), HttpServerTest::onThread);
      assertThat(holding.arrived().await(20, TimeUnit.SECONDS)).isTrue();

      // When
      CompletableFuture<Void> drained =
          CompletableFuture.runAsync(draining::drain, HttpServerTest::onThread);
      await().until(() -> draining.get("/health/ready").statusCode() == 503);

      // Then new requests are rejected, and the running one is answered
      HttpResponse<String> late = draining.post(valid);
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(ReplyJson.parse(late.body())).containsEntry("code", "draining");
      assertThat(draining.get("/health/live").statusCode()).isEqualTo(200);
      holding.released().complete(null);
      assertThat(running.join().statusCode()).isEqualTo(202);
      drained.join();
      draining.stop();
      assertThatThrownBy(() -> new RawConnection(draining.port()).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void close_answersWhatIsAnsweredWhileItStops() throws Exception {
    // Given a request that outlives the time for draining
    RecordingLogger recording = new RecordingLogger(Tier.KAFKA);
    HoldingLogger holding = new HoldingLogger(recording);
    try (TestServer draining =
        new TestServer(TestServer.settings(Duration.ofSeconds(2)), recording, logger -> holding)) {
      CompletableFuture<HttpResponse<String>> running =
          CompletableFuture.supplyAsync(() -> draining.post(valid), HttpServerTest::onThread);
      assertThat(holding.arrived().await(20, TimeUnit.SECONDS)).isTrue();

      // When its tier gives it up between the two steps
      draining.drain();
      holding.released().complete(null);
      draining.stop();

      // Then
      assertThat(running.join().statusCode()).isEqualTo(202);
    }
  }

  @Test
  void close_waitsForNoUpload() throws Exception {
    try (TestServer draining = new TestServer(TestServer.settings(Duration.ofSeconds(30)));
        RawConnection connection = new RawConnection(draining.port())) {
      connection.send(head("Host: localhost", JSON, "Content-Length: 1000") + "[");
      await().until(() -> draining.underWay() == 1);
      CompletableFuture<String> response =
          CompletableFuture.supplyAsync(() -> readAll(connection), HttpServerTest::onThread);

      draining.stop();

      assertThat(response.join()).startsWith("HTTP/1.1 503").contains("\"draining\"");
    }
  }

  @Test
  void start_saysWhenThePortIsTaken() {
    HttpSettings free = TestServer.settings(Duration.ofSeconds(2));
    HttpSettings taken =
        new HttpSettings(
            free.host(),
            server.port(),
            false,
            free.ackTimeout(),
            free.bodyTimeout(),
            free.maxBodyBytes(),
            free.maxInflatedBytes(),
            free.maxInFlightBytes());

    assertThatThrownBy(() -> new TestServer(taken)).isInstanceOf(JavalinBindException.class);
  }

  private HttpResponse<String> other(String method, String path) {
    return server.send(
        HttpRequest.newBuilder(server.uri(path)).method(method, BodyPublishers.noBody()));
  }

  private String post(String hostHeader) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(request(hostHeader));
      return connection.readAll();
    }
  }

  private String request(String hostHeader) {
    int length = valid.getBytes(UTF_8).length;
    return head(hostHeader, "Connection: close", JSON, "Content-Length: " + length) + valid;
  }

  private static String expecting(String contentType, int length) {
    return head(
        "Host: localhost",
        "Expect: 100-continue",
        "Content-Type: " + contentType,
        "Content-Length: " + length);
  }

  private static String head(String... headers) {
    return "POST /v1/events HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  /**
   * Not the common pool: on two cores it is a single thread, which the HTTP client needs itself.
   */
  private static void onThread(Runnable task) {
    Thread.ofPlatform().daemon().start(task);
  }

  /** The answer to a request on an open connection, or why there was none. */
  private static String live(RawConnection open) {
    try {
      open.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return open.readUntil("}");
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String readAll(RawConnection connection) {
    try {
      return connection.readAll();
    } catch (IOException e) {
      return "failed: " + e;
    }
  }

  private static List<TierStatus> tiers(TierStatus.State kafka, TierStatus.State mongodb) {
    return List.of(TierStatus.of(Tier.KAFKA, kafka), TierStatus.of(Tier.MONGODB, mongodb));
  }
}
