package io.wideevents.worker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.metrics.MetricsPage;
import io.wideevents.metrics.MetricsTable;
import io.wideevents.process.LogSetup;
import io.wideevents.worker.batch.PipelineStatus;
import io.wideevents.worker.consume.ConsumerStatus;
import io.wideevents.worker.metrics.WorkerMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WorkerHttpServerTest {
  private volatile ConsumerStatus status =
      new ConsumerStatus(
          System.nanoTime(),
          true,
          true,
          new PipelineStatus(false, "", false, 42, 9, 2, Duration.ZERO, Duration.ZERO),
          5,
          List.of(
              new ConsumerStatus.PartitionLag(0, 12, 3.5),
              new ConsumerStatus.PartitionLag(1, -1, 0)),
          List.of());
  private final MetricsPage page = new MetricsPage(WorkerHttpServerTest.class);
  private final WorkerMetrics metrics = new WorkerMetrics(page.registry());
  private volatile boolean mongo = true;
  private volatile @Nullable Error mongoFailure;
  private volatile HealthCheck.MongoPing ping = this::mongoAnswers;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WorkerHttpServer server = server();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
    page.close();
    client.close();
  }

  @Test
  void live_isOk() throws Exception {
    HttpResponse<String> response = request("GET", "/health/live");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"status\":\"live\"}");
  }

  @Test
  void ready_survivesAnError() throws Exception {
    // Given
    AtomicReference<Throwable> died = new AtomicReference<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> died.set(failure));
    try {
      mongoFailure = new NoClassDefFoundError("for a test");

      // When
      HttpResponse<String> failed = request("GET", "/health/ready");
      mongoFailure = null;
      HttpResponse<String> next = request("GET", "/health/ready");

      // Then
      assertThat(failed.statusCode()).isEqualTo(500);
      assertThat(next.statusCode()).isEqualTo(200);
      assertThat(died).hasNullValue();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void ready_showsWhatTheWorkerDoes() throws Exception {
    HttpResponse<String> response = request("GET", "/health/ready");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.body())
        .isEqualTo(
            "{\"status\":\"ready\",\"reasons\":[],\"kafka\":\"up\",\"mongodb\":\"up\","
                + "\"joined\":true,\"paused\":true,\"brake\":\"released\",\"inFlight\":42,\"waiting\":9,\"isolated\":2,"
                + "\"lostToRetention\":5,\"partitions\":"
                + "[{\"partition\":0,\"lag\":12,\"lagSeconds\":3.5},{\"partition\":1}],\"stopped\":[]}");
  }

  @Test
  void ready_namesThePartitionsThatCannotBeRead() throws Exception {
    status =
        new ConsumerStatus(
            System.nanoTime(),
            true,
            false,
            PipelineStatus.IDLE,
            0,
            List.of(new ConsumerStatus.PartitionLag(1, 9, 60)),
            List.of(new ConsumerStatus.StoppedPartition(1, 4711, "Record is corrupt")));

    HttpResponse<String> response = request("GET", "/health/ready");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body())
        .contains(
            "\"reasons\":[\"partition 1 is stopped at offset 4711: Record is corrupt\"]",
            "\"stopped\":[{\"partition\":1,\"offset\":4711,\"cause\":\"Record is corrupt\"}]");
    assertThat(request("GET", "/metrics").body())
        .contains("wide_events_partition_stopped{partition=\"1\"} 1.0");
  }

  @Test
  void ready_is503WithTheReasonOtherwise() throws Exception {
    mongo = false;

    HttpResponse<String> response = request("GET", "/health/ready");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body())
        .contains("\"status\":\"not_ready\"", "\"reasons\":[\"MongoDB takes no writes\"]");
  }

  @Test
  void metrics_areThereFromTheStart() throws Exception {
    metrics.consumed(3);
    metrics.stored(Duration.ofMillis(20));
    metrics.deadLettered(DeadLetterReason.ID_CONFLICT);

    String body = request("GET", "/metrics").body();

    assertThat(body)
        .contains(
            "wide_events_consumed_total 3.0",
            "wide_events_stored_total 1.0",
            "wide_events_duplicate_total 0.0",
            "wide_events_redacted_total 0.0",
            "wide_events_dead_lettered_total{reason=\"id_conflict\"} 1.0",
            "wide_events_dead_lettered_total{reason=\"malformed\"} 0.0",
            "wide_events_lost_to_retention_total 0.0",
            "wide_events_in_flight 42.0",
            "wide_events_paused 1.0",
            "wide_events_lag{partition=\"0\"} 12.0",
            "wide_events_lag_seconds{partition=\"0\"} 3.5",
            "wide_events_event_to_stored_seconds_count 1",
            "wide_events_flush_seconds_bucket",
            "wide_events_batch_size_bucket")
        .contains("wide_events_partition_stopped{partition=\"1\"} 0.0")
        .doesNotContain("lag{partition=\"1\"");
  }

  @Test
  void metrics_areDocumentedAsTheyAre() throws Exception {
    MetricsTable.check(
        Path.of("../docs/metrics.md"), "log-worker", request("GET", "/metrics").body());
  }

  @Test
  @Timeout(60)
  void clientsThatStopInTheMiddleOfARequest_doNotBlockOthers() throws Exception {
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket("127.0.0.1", server.port());
        stalled.add(socket);
        socket.getOutputStream().write("GET /health/live HTTP/1.1\r\nHost:".getBytes(UTF_8));
      }

      assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  @Timeout(60)
  void clientsThatHoldConnections_delayNoHealthCheck() throws Exception {
    assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        held.add(connect("GET /health/live HTTP/1.1\r\nHost:"));
      }
      // Replies that are not read: as many as fill the buffers between both ends.
      for (int i = 0; i < 4; i++) {
        held.add(connect("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(200)));
      }

      long start = System.nanoTime();
      int status = request("GET", "/health/live").statusCode();

      assertThat(status).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
  }

  @Test
  @Timeout(60)
  void databaseThatDoesNotAnswer_delaysNoLivenessCheck() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    ping =
        () -> {
          asked.countDown();
          try {
            answers.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return true;
        };
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        held.add(connect("GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n"));
      }
      asked.await();

      assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    } finally {
      answers.countDown();
      for (Socket socket : held) {
        socket.close();
      }
    }
  }

  @Test
  void malformedRequests_logAFewShortLines() throws Exception {
    String longPath = "x".repeat(7 * 1024);
    List<String> requests =
        List.of(
            "GET mailto:" + longPath + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://[" + longPath + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /" + longPath + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET " + longPath + "\r\n\r\n",
            "\u0016\u0003\u0001" + longPath,
            "GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\n",
            "GET /metrics HTTP/1.1\r\n" + "a: b\r\n".repeat(1_000) + "\r\n");
    PrintStream stderr = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setErr(new PrintStream(captured, true, UTF_8));
    LogSetup.start(LogLevel.INFO, LogFormat.TEXT);
    try {
      for (int i = 0; i < 20; i++) {
        for (String request : requests) {
          try (Socket socket = connect(request)) {
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
          } catch (SocketException e) {
            // Closed before all of the request was sent.
          }
        }
      }
    } finally {
      System.setErr(stderr);
      LogSetup.start(LogLevel.INFO, LogFormat.TEXT);
    }

    assertThat(captured.toString(UTF_8).lines().toList())
        .hasSizeLessThan(10)
        .allMatch(line -> line.length() < 1_000);
  }

  @Test
  void head_hasNoBody() throws Exception {
    HttpResponse<String> response = request("HEAD", "/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void otherMethodsAndPaths_areRefused() throws Exception {
    assertThat(request("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(request("GET", "/").statusCode()).isEqualTo(404);
    assertThat(request("GET", "/metrics/x").statusCode()).isEqualTo(404);
  }

  private Socket connect(String bytes) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4 * 1024);
    socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
    try {
      socket.getOutputStream().write(bytes.getBytes(UTF_8));
    } catch (SocketException e) {
      // Closed before all of it was sent; reading shows it.
    }
    return socket;
  }

  private HttpResponse<String> request(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  private boolean mongoAnswers() {
    Error failure = mongoFailure;
    if (failure != null) {
      throw failure;
    }
    return mongo;
  }

  private WorkerHttpServer server() {
    try {
      return new WorkerHttpServer(
          "127.0.0.1",
          0,
          new HealthCheck(() -> status, () -> true, () -> ping.answers(), System::nanoTime),
          page,
          new StatusGauges(page.registry(), () -> status));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
