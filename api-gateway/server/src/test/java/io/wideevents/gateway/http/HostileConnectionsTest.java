package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.TestEvents;
import io.wideevents.stack.TestAuthority;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients without a key can do with connections alone. */
@Tag("slow")
class HostileConnectionsTest {
  private static final String POST =
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Content-Length: 100000\r\n\r\n{";
  private static final String READ = "GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String OPTIONS = "OPTIONS /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String SCRAPE = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final int HALF_OPEN = 3_000;
  private static final int CHECKS = 40;
  private static final int WARM_UP = 500;
  private static final int MAX_SLOWNESS = 8;
  private static final Duration SLOWNESS_TIME = Duration.ofMillis(200);
  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(MAX_SLOWNESS);

  private double slownessBefore;

  @ParameterizedTest
  @CsvSource({
    "1001, HEAD",
    "3000, HEAD",
    "3000, SILENCE",
    "3000, BODY",
    "3000, UNREAD_REPLY",
    "1001, UNREAD_SCRAPE",
  })
  void health_isAnsweredWithinASecondWhateverConnectionsDo(int count, String attack)
      throws Exception {
    List<Check> checks = new ArrayList<>();
    try (TestServer server = warmServer()) {
      server.scrape = "# a metric\n".repeat(10_000);
      try (Attackers attackers = attack(server.port(), count, attack)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> attackers.connected() >= count);

        for (int i = 0; i < CHECKS; i++) {
          checks.add(live(server.port(), i % 2 == 0 ? "127.0.0.1" : "127.0.0.2"));
        }
      }

      Duration limit = limit();
      assertThat(checks).as("within %s", limit).allMatch(check -> check.isAnsweredWithin(limit));
    }
  }

  /**
   * A second for a machine that does nothing else. The first checks stand behind 3 000 connections
   * in the accept queue, which are work for its processors: with a part of the processors they take
   * as many times longer.
   */
  private Duration limit() {
    double slowness = Math.max(slownessBefore, slowness());
    return Duration.ofMillis((long) (1_000 * Math.clamp(slowness, 1, MAX_SLOWNESS)));
  }

  /** How many times longer this process computes than it would if it were alone. */
  private static double slowness() {
    List<CompletableFuture<Double>> processors = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      processors.add(
          CompletableFuture.supplyAsync(
              HostileConnectionsTest::slownessOfThread, task -> Thread.ofPlatform().start(task)));
    }
    return processors.stream().mapToDouble(CompletableFuture::join).max().orElseThrow();
  }

  private static double slownessOfThread() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = System.nanoTime();
    long startOfWork = threads.getCurrentThreadCpuTime();
    while (System.nanoTime() - start < SLOWNESS_TIME.toNanos()) {
      Thread.onSpinWait();
    }
    double worked = threads.getCurrentThreadCpuTime() - startOfWork;
    return (System.nanoTime() - start) / Math.max(1, worked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNREAD_REPLY", "UNREAD_OPTIONS", "UNREAD_SCRAPE"})
  void posts_areAcceptedWhileRepliesThatNeedNoKeyAreNotRead(String attack) throws Exception {
    // As many as the address may have requests under way, and fewer than it may have connections.
    int count = 240;
    try (TestServer server = warmServer();
        Attackers attackers = attack(server.port(), count, attack)) {
      server.scrape = "# a metric\n".repeat(10_000);
      await().atMost(Duration.ofSeconds(20)).until(() -> attackers.connected() >= count);

      for (int i = 0; i < CHECKS; i++) {
        try (RawConnection connection = new RawConnection(server.port())) {
          String event = TestEvents.minimal("req-" + i, Instant.now());
          connection.send(
              "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Connection: close\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(event.length(), event));
          assertThat(connection.readAll()).as("post %d", i).startsWith("HTTP/1.1 202");
        }
      }
    }
  }

  @Test
  void goodClient_isNotClosedForTheConnectionsOfFewAddresses(@TempDir Path files) throws Exception {
    // Given a client that waits between its requests
    TestAuthority authority = TestAuthority.create(files);
    try (TestServer server = TlsClients.server(authority);
        SSLSocket good =
            TlsClients.over(
                new Socket(InetAddress.getLoopbackAddress(), server.port()), authority)) {
      assertThat(answer(good)).isEqualTo("HTTP/1.1 200 OK");

      // When half-open handshakes of others take all connections, again and again
      List<String> others =
          List.of("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6");
      try (Attackers attackers =
          new Attackers(server.port(), HALF_OPEN, "\u0016\u0003\u0001?\u0000", "", others)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> attackers.connected() >= HALF_OPEN);
        assertThat(server.closedConnections("total_limit")).isPositive();

        // Then
        assertThat(answer(good)).isEqualTo("HTTP/1.1 200 OK");
      }
    }
  }

  private static String answer(Socket client) throws IOException {
    client
        .getOutputStream()
        .write(
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1));
    return new RawConnection(client).readUntil("}").lines().findFirst().orElse("");
  }

  private TestServer warmServer() {
    TestServer server = new TestServer(TestServer.settings(Duration.ofSeconds(30)));
    for (int i = 0; i < WARM_UP; i++) {
      live(server.port(), "127.0.0.1");
    }
    slownessBefore = slowness();
    return server;
  }

  private static Attackers attack(int port, int count, String attack) {
    return switch (attack) {
      case "HEAD" -> new Attackers(port, count, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ", "x");
      case "SILENCE" -> new Attackers(port, count, "", "");
      case "BODY" -> new Attackers(port, count, POST, " ");
      case "UNREAD_REPLY" -> new Attackers(port, count, READ.repeat(20), READ);
      case "UNREAD_OPTIONS" -> new Attackers(port, count, OPTIONS.repeat(2_000), OPTIONS);
      default -> new Attackers(port, count, SCRAPE.repeat(8), "");
    };
  }

  /** What became of a health check. */
  private record Check(Duration connected, Duration answered, String answer) {
    boolean isAnsweredWithin(Duration limit) {
      return answer.contains("live") && answered.compareTo(limit) <= 0;
    }
  }

  /** One health check on a fresh connection. */
  private static Check live(int port, String from) {
    long start = System.nanoTime();
    Duration connected = CHECK_TIMEOUT;
    String answer;
    try (Socket socket = new Socket()) {
      int timeout = Math.toIntExact(CHECK_TIMEOUT.toMillis());
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeout);
      connected = Duration.ofNanos(System.nanoTime() - start);
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.ISO_8859_1));
      socket.setSoTimeout(timeout);
      answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      answer = e.toString();
    }
    return new Check(connected, Duration.ofNanos(System.nanoTime() - start), answer);
  }
}
