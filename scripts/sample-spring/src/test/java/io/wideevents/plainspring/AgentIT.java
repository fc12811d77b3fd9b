package io.wideevents.plainspring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.javaagent.OpenTelemetryAgent;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.Tier;
import io.wideevents.otlp.OtlpDecoder;
import io.wideevents.otlp.OtlpEncoding;
import io.wideevents.otlp.OtlpEvents;
import io.wideevents.otlp.OtlpSignal;
import io.wideevents.otlp.SpanSelection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of an application without any code of ours, made of the spans of the agent. */
class AgentIT {
  private static final Duration BOUND = Duration.ofMinutes(2);

  private final List<Map<String, String>> events = new CopyOnWriteArrayList<>();
  private final OtlpDecoder decoder =
      new OtlpDecoder(
          new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system()),
          SpanSelection.REQUESTS);
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path directory;
  private HttpServer gateway;
  private Process application;
  private URI url;

  @BeforeEach
  void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext("/v1/traces", this::take);
    gateway.start();
    url = URI.create("http://127.0.0.1:" + freePort());
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-javaagent:"
                    + OpenTelemetryAgent.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath(),
                "-cp",
                System.getProperty("java.class.path"),
                PlainApplication.class.getName(),
                "--server.address=127.0.0.1",
                "--server.port=" + url.getPort())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "OTEL_SERVICE_NAME", "orders",
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + gateway.getAddress().getPort(),
                "OTEL_METRICS_EXPORTER", "none",
                "OTEL_LOGS_EXPORTER", "none",
                "OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS", "X-Request-Id",
                "OTEL_BSP_SCHEDULE_DELAY", "200"));
    application = builder.start();
  }

  @AfterEach
  void stop() throws Exception {
    application.destroy();
    if (!application.waitFor(10, TimeUnit.SECONDS)) {
      application.destroyForcibly();
    }
    gateway.stop(0);
    http.close();
  }

  @Test
  void requests_leaveTheEventsOfTheDocumentedFields() throws Exception {
    // Given
    await()
        .atMost(BOUND)
        .failFast(() -> assertThat(application.isAlive()).as(log()).isTrue())
        .ignoreExceptions()
        .until(() -> get("/orders/1", "warm-up") == 200);

    // When
    int rounds = 5;
    for (int i = 0; i < rounds; i++) {
      assertThat(get("/orders/" + i + "?full=true", "ok-" + i)).isEqualTo(200);
      assertThat(get("/failure", "failed-" + i)).isEqualTo(500);
      assertThat(get("/rejected", "rejected-" + i)).isEqualTo(422);
      assertThat(get("/later", "later-" + i)).isEqualTo(200);
      assertThat(get("/no/such/path", "missing-" + i)).isEqualTo(404);
    }

    // Then each request left one event
    await().atMost(BOUND).until(() -> events("missing-" + (rounds - 1)).size() == 1);
    for (int i = 0; i < rounds; i++) {
      for (String kind : List.of("ok-", "failed-", "rejected-", "later-", "missing-")) {
        assertThat(events(kind + i)).as(kind + i).hasSize(1);
      }
    }
    assertThat(event("ok-3"))
        .containsEntry("service", "orders")
        .containsEntry("route", "GET /orders/{id}")
        .containsEntry("http.route", "/orders/{id}")
        .containsEntry("http.request.method", "GET")
        .containsEntry("http.response.status_code", "200")
        .containsEntry("url.path", "/orders/3")
        .containsEntry("url.query", "full=true")
        .containsEntry("otel.kind", "server")
        .containsEntry("resource.service.name", "orders")
        .containsKeys("traceId", "spanId", "timestamp", "performance.durationMs")
        .doesNotContainKey("error.code");
    assertThat(event("failed-3"))
        .containsEntry("route", "GET /failure")
        .containsEntry("http.response.status_code", "500")
        .containsEntry("error.code", "500")
        .containsEntry("_ingest.outcome", "FAILED");
    assertThat(event("rejected-3"))
        .containsEntry("http.response.status_code", "422")
        .doesNotContainKey("error.code");
    assertThat(event("later-3"))
        .containsEntry("route", "GET /later")
        .containsEntry("http.response.status_code", "200");
    assertThat(event("missing-3")).containsEntry("http.response.status_code", "404");
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      OtlpEvents found =
          decoder.decode(
              body, body.length, OtlpSignal.TRACES, OtlpEncoding.PROTOBUF, 1 << 24, bytes -> {});
      for (EncodeResult result : ((BodyResult.Events) found.result()).results()) {
        Map<String, String> fields = new TreeMap<>();
        flatten("", ((EncodeResult.Encoded) result).event().document(Tier.KAFKA).bson(), fields);
        events.add(fields);
      }
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private int get(String path, String requestId) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(url.resolve(path))
                .header("X-Request-Id", requestId)
                .timeout(Duration.ofSeconds(20))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private Map<String, String> event(String requestId) {
    return events(requestId).getFirst();
  }

  private List<Map<String, String>> events(String requestId) {
    return events.stream().filter(event -> requestId.equals(event.get("requestId"))).toList();
  }

  /** The values of a document by their paths. */
  private static void flatten(String path, BsonDocument document, Map<String, String> into) {
    document.forEach(
        (name, value) -> {
          switch (value) {
            case BsonDocument below -> flatten(path + name + ".", below, into);
            case BsonString text -> into.put(path + name, text.getValue());
            case BsonInt32 number -> into.put(path + name, Integer.toString(number.getValue()));
            default -> into.put(path + name, value.toString());
          }
        });
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
