package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.ApiKeys;
import io.wideevents.gateway.access.NewKey;
import io.wideevents.gateway.access.RateLimit;
import io.wideevents.gateway.access.RateLimits;
import io.wideevents.gateway.access.Scope;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports of OpenTelemetry, over a socket. */
class PostOtlpTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";
  private static final String TRACES = "/v1/traces";

  private final TestServer server = new TestServer();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  @Test
  void post_answersWithAnEmptyMessageWhenEverythingIsDurable() {
    // When
    byte[] body = OtlpBodies.traces(span(1), span(2), span(3));
    HttpResponse<byte[]> protobuf = post(TRACES, PROTOBUF, body);
    HttpResponse<byte[]> json = post("/v1/logs", JSON, OtlpBodies.log("req-9").getBytes(UTF_8));

    // Then
    assertThat(protobuf.statusCode()).isEqualTo(200);
    assertThat(contentType(protobuf)).isEqualTo(PROTOBUF);
    assertThat(protobuf.body()).isEmpty();
    assertThat(json.statusCode()).isEqualTo(200);
    assertThat(contentType(json)).isEqualTo(JSON);
    assertThat(json.body()).asString(UTF_8).isEqualTo("{}");
    assertThat(requestIds()).containsExactlyInAnyOrder("req-1", "req-2", "req-3", "req-9");
    assertThat(server.metrics.accepted()).containsEntry(Tier.KAFKA, 4);
  }

  @Test
  void post_makesOneEventOfAnExportThatIsSentAgain() {
    byte[] body = OtlpBodies.traces(span(1), span(2));

    post(TRACES, PROTOBUF, body);
    post(TRACES, PROTOBUF, body);

    assertThat(server.logger.calls()).hasSize(2);
    assertThat(server.logger.durable()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {TRACES, "/v1/logs", "/v1/traces/"})
  void post_takesAnEmptyRequest(String path) {
    assertThat(post(path, PROTOBUF, new byte[0]).statusCode()).isEqualTo(200);
    assertThat(post(path, JSON + "; charset=utf-8", "{}".getBytes(UTF_8)).statusCode())
        .isEqualTo(200);
    assertThat(server.logger.calls()).isEmpty();
    assertThat(server.metrics.received()).isZero();
  }

  @Test
  void post_takesCompressedBodies() {
    byte[] many =
        OtlpBodies.traces(IntStream.rangeClosed(1, 150).mapToObj(this::span).toArray(Span[]::new));

    int gzip = post(TRACES, PROTOBUF, Bodies.gzip(many), "Content-Encoding", "gzip").statusCode();
    int zstd = post(TRACES, PROTOBUF, Bodies.zstd(many), "Content-Encoding", "zstd").statusCode();

    assertThat(gzip).isEqualTo(200);
    assertThat(zstd).isEqualTo(200);
    assertThat(server.logger.durable()).hasSize(150);
  }

  @Test
  void post_countsAndSkipsSpansWithinARequest() {
    Span inner = OtlpBodies.span(2, "req-2").setKind(Span.SpanKind.SPAN_KIND_INTERNAL).build();

    HttpResponse<byte[]> response = post(TRACES, PROTOBUF, OtlpBodies.traces(span(1), inner));

    assertThat(response.body()).isEmpty();
    assertThat(requestIds()).containsExactly("req-1");
    assertThat(server.metrics.skipped()).isEqualTo(Map.of("traces", 1));
    assertThat(server.metrics.received()).isEqualTo(1);
  }

  @Test
  void post_answersPartialSuccessWhenSomeAreRejected() throws Exception {
    // Given a span without a start, and one that the database rejects
    Span timeless = OtlpBodies.span(2, "req-2").clearStartTimeUnixNano().build();
    server.logger.refuse(event -> event.requestId().equals("req-3"));

    // When
    HttpResponse<byte[]> response =
        post(TRACES, PROTOBUF, OtlpBodies.traces(span(1), timeless, span(3)));

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    var partial = ExportTraceServiceResponse.parseFrom(response.body()).getPartialSuccess();
    assertThat(partial.getRejectedSpans()).isEqualTo(2);
    assertThat(partial.getErrorMessage())
        .contains("1 rejected with missing_field: timestamp is missing", "refused_by_database");
    assertThat(requestIds()).containsExactly("req-1");
    assertThat(server.metrics.rejected())
        .isEqualTo(Map.of("missing_field", 1, "refused_by_database", 1));
  }

  @Test
  void post_answers400WhenNothingIsAccepted() {
    Span timeless = OtlpBodies.span(2, "req-2").clearStartTimeUnixNano().build();

    HttpResponse<byte[]> response = post(TRACES, PROTOBUF, OtlpBodies.traces(timeless));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(status(response)).contains("invalid_events", "timestamp is missing");
    assertThat(new String(response.body(), UTF_8))
        .contains("google.rpc.BadRequest", "timestamp\u0012");
    assertThat(server.metrics.requestsRefused()).isEmpty();
  }

  @Test
  void post_answers503WhenAnEventIsNotConfirmed() {
    server.logger.leaveUnconfirmed(event -> event.requestId().equals("req-2"));

    HttpResponse<byte[]> response = post(TRACES, PROTOBUF, OtlpBodies.traces(span(1), span(2)));

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(status(response)).startsWith("not_confirmed");
    assertThat(server.metrics.unconfirmed()).isEqualTo(1);
  }

  static Stream<Arguments> rejectedBodies() {
    byte[] good = OtlpBodies.traces(OtlpBodies.span(1, "req-1").build());
    byte[] bomb = Bodies.gzip(new byte[8 * TestServer.MAX_INFLATED]);
    Span[] many =
        IntStream.rangeClosed(0, TestServer.MAX_EVENTS)
            .mapToObj(i -> OtlpBodies.span(i, "req-" + i).build())
            .toArray(Span[]::new);
    return Stream.of(
        Arguments.of(400, "malformed_protobuf", PROTOBUF, "{}".getBytes(UTF_8), ""),
        Arguments.of(400, "invalid_utf8", JSON, new byte[] {'"', (byte) 0xFF}, ""),
        Arguments.of(400, "malformed_json", JSON, "[]".getBytes(UTF_8), ""),
        Arguments.of(400, "malformed_json", JSON, new byte[0], ""),
        Arguments.of(400, "corrupt_compression", PROTOBUF, good, "gzip"),
        Arguments.of(413, "body_too_large", PROTOBUF, new byte[TestServer.MAX_BODY + 1], ""),
        Arguments.of(413, "inflated_body_too_large", PROTOBUF, bomb, "gzip"),
        Arguments.of(413, "too_many_events", PROTOBUF, OtlpBodies.traces(many), ""),
        Arguments.of(415, "unsupported_content_encoding", PROTOBUF, good, "br"),
        Arguments.of(415, "unsupported_charset", JSON + ";charset=latin1", good, ""));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("rejectedBodies")
  void post_rejectsABodyInItsOwnEncoding(
      int expected, String code, String contentType, byte[] body, String encoding) {
    HttpResponse<byte[]> response =
        encoding.isEmpty()
            ? post(TRACES, contentType, body)
            : post(TRACES, contentType, body, "Content-Encoding", encoding);

    assertThat(response.statusCode()).isEqualTo(expected);
    assertThat(contentType(response)).isEqualTo(contentType.split(";", -1)[0]);
    assertThat(status(response)).startsWith(code);
    assertThat(server.logger.calls()).isEmpty();
    assertThat(server.metrics.requestsRefused()).isEqualTo(Map.of(code, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-ndjson", "application/grpc"})
  void post_rejectsOtherMediaTypes(String contentType) {
    HttpResponse<byte[]> response = post(TRACES, contentType, new byte[] {1});

    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(contentType(response)).isEqualTo("application/problem+json");
    assertThat(response.headers().firstValue("Accept-Post"))
        .hasValue("application/x-protobuf, application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {PROTOBUF, JSON})
  void post_answersMetricsWithAStatusThatExportersDoNotRetry(String contentType) {
    HttpResponse<byte[]> response = post("/v1/metrics", contentType, "{}".getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(contentType(response)).isEqualTo(contentType);
    assertThat(status(response)).contains("OTEL_METRICS_EXPORTER=none");
  }

  @Test
  void post_answersASlowBodyWithAStatusThatExportersRetry() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
              + "Content-Length: 1000\r\n\r\n");

      String answer = connection.readAll();

      assertThat(answer).startsWith("HTTP/1.1 503").contains("Retry-After", "body_timeout");
    }
  }

  @Test
  void post_needsAKeyAndCountsAgainstItsRate(@TempDir Path directory) throws IOException {
    NewKey ingest = NewKey.make("shop", EnumSet.of(Scope.INGEST));
    Path file = Files.writeString(directory.resolve("keys"), ingest.line() + "\n");
    RateLimits limits = new RateLimits(Optional.of(new RateLimit(1, 2)));
    AccessControl access = new AccessControl(Optional.of(ApiKeys.open(file)), limits);
    byte[] two = OtlpBodies.traces(span(1), span(2));
    String bearer = "Bearer " + ingest.text();
    try (TestServer guarded = new TestServer(Optional.empty(), access)) {

      HttpResponse<byte[]> noKey = post(guarded, TRACES, PROTOBUF, two);
      HttpResponse<byte[]> first = post(guarded, TRACES, PROTOBUF, two, "Authorization", bearer);
      HttpResponse<byte[]> limited = post(guarded, TRACES, PROTOBUF, two, "Authorization", bearer);

      assertThat(noKey.statusCode()).isEqualTo(401);
      assertThat(contentType(noKey)).isEqualTo(PROTOBUF);
      assertThat(status(noKey)).startsWith("key_missing");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(limited.statusCode()).isEqualTo(429);
      assertThat(limited.headers().firstValue("Retry-After")).isPresent();
      assertThat(status(limited)).startsWith("rate_limited");
    }
  }

  @Test
  void post_countsSkippedSpansAgainstTheRateOfTheKey(@TempDir Path directory) throws IOException {
    // Given a key with a rate of 1 event a second, and exports of which each span is skipped
    NewKey ingest = NewKey.make("shop", EnumSet.of(Scope.INGEST));
    Path file = Files.writeString(directory.resolve("keys"), ingest.line() + "\n");
    RateLimits limits = new RateLimits(Optional.of(new RateLimit(1, 2)));
    AccessControl access = new AccessControl(Optional.of(ApiKeys.open(file)), limits);
    Span inner = OtlpBodies.span(2, "req-2").setKind(Span.SpanKind.SPAN_KIND_INTERNAL).build();
    byte[] skipped = OtlpBodies.traces(Collections.nCopies(1_000, inner).toArray(Span[]::new));
    String bearer = "Bearer " + ingest.text();
    try (TestServer guarded = new TestServer(Optional.empty(), access)) {

      // When
      HttpResponse<byte[]> first =
          post(guarded, TRACES, PROTOBUF, skipped, "Authorization", bearer);
      HttpResponse<byte[]> second =
          post(guarded, TRACES, PROTOBUF, skipped, "Authorization", bearer);

      // Then
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(second.statusCode()).isEqualTo(429);
      // 1 000 skipped spans are 100 events, and the bucket had 2. A second gives one back.
      assertThat(second.headers().firstValueAsLong("Retry-After").orElseThrow())
          .isBetween(60L, 101L);
    }
  }

  @Test
  void post_isRejectedWhileDraining() {
    server.drain();

    HttpResponse<byte[]> response = post(TRACES, PROTOBUF, OtlpBodies.traces(span(1)));

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(status(response)).startsWith("draining");
  }

  @Test
  void post_releasesItsMemory() {
    Span large = OtlpBodies.span(1, "req-1").setName("x".repeat(30_000)).build();

    assertThat(post(TRACES, PROTOBUF, OtlpBodies.traces(large, span(2))).statusCode())
        .isEqualTo(200);
    post(TRACES, PROTOBUF, new byte[] {1});

    await().until(() -> server.inFlightBytes() == 0);
  }

  @Test
  void post_answersAnErrorWithoutADescriptionOfTheCause() {
    try (TestServer failing =
        new TestServer(
            TestServer.settings(Duration.ofSeconds(2)),
            new RecordingLogger(Tier.KAFKA),
            unused -> new ScriptedLogger())) {
      byte[] body = OtlpBodies.traces(OtlpBodies.span(1, "bug-1").build());

      HttpResponse<byte[]> response = post(failing, TRACES, PROTOBUF, body);

      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(status(response)).startsWith("internal_error");
      assertThat(failing.metrics.unconfirmed()).isEqualTo(1);
    }
  }

  private Span span(int number) {
    return OtlpBodies.span(number, "req-" + number).build();
  }

  private List<String> requestIds() {
    return server.logger.durable().values().stream().map(EncodedEvent::requestId).toList();
  }

  private HttpResponse<byte[]> post(
      String path, String contentType, byte[] body, String... headers) {
    return post(server, path, contentType, body, headers);
  }

  private HttpResponse<byte[]> post(
      TestServer to, String path, String contentType, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to.uri(path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError("No response", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String contentType(HttpResponse<?> response) {
    return response.headers().firstValue("Content-Type").orElse("");
  }

  /** The text of {@code google.rpc.Status}. */
  private static String status(HttpResponse<byte[]> response) {
    if (contentType(response).equals(JSON)) {
      return ReplyJson.parse(new String(response.body(), UTF_8)).getString("message");
    }
    try {
      return UnknownFieldSet.parseFrom(response.body())
          .getField(2)
          .getLengthDelimitedList()
          .getFirst()
          .toStringUtf8();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
