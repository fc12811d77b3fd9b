package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.TestEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However clients leave, the server holds nothing for them afterwards. */
@Tag("slow")
class HeldResourcesTest {
  private static final int CLIENTS = 100;
  private static final int REQUESTS_OF_CLIENT = 8;
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(2);
  // The longest a request lasts: the pause of a body, and the time to read on.
  private static final Duration OVER_WITHIN = Duration.ofSeconds(30);

  private static final String HOST = "Host: localhost\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";

  /** How a client ends its request. */
  private enum End {
    CLOSE,
    RESET,
    END_OF_REQUEST,
    READ_A_LITTLE,
    READ_ALL,
    STALL
  }

  private final byte[] event = TestEvents.minimal("req-1", Instant.now()).getBytes(UTF_8);

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void nothingIsHeld_afterHostileClientsHaveGone(long seed) throws Exception {
    try (TestServer server = new TestServer(settings())) {
      // Given
      try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
        for (int i = 0; i < CLIENTS; i++) {
          Random random = new Random(seed * CLIENTS + i);
          clients.execute(() -> attack(server.port(), random));
        }

        // When
        clients.shutdown();
        assertThat(clients.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
      }

      // Then
      await()
          .atMost(OVER_WITHIN)
          .untilAsserted(() -> assertThat(server.held()).isEqualTo(HeldResources.NONE));
      assertThat(server.underWay()).isZero();
      assertThat(server.metrics.requestsRefused()).doesNotContainKey("internal_error");
      assertThat(server.post(event, "application/json").statusCode()).isEqualTo(202);
      assertThat(
              server
                  .post(Bodies.zstd(event), "application/json", "Content-Encoding", "zstd")
                  .statusCode())
          .isEqualTo(202);
    }
  }

  /** With so few connections of an address that the server has to close some. */
  private static HttpSettings settings() {
    return new HttpSettings(
        "127.0.0.1",
        0,
        false,
        Duration.ofSeconds(5),
        BODY_TIMEOUT,
        TestServer.MAX_BODY,
        TestServer.MAX_INFLATED,
        TestServer.MAX_IN_FLIGHT,
        HttpSettings.MIN_CONNECTIONS_PER_ADDRESS);
  }

  private void attack(int port, Random random) {
    for (int i = 0; i < REQUESTS_OF_CLIENT; i++) {
      try (Socket socket = new Socket()) {
        socket.setReceiveBufferSize(4 * 1024);
        socket.bind(new InetSocketAddress("127.0.0." + (1 + random.nextInt(5)), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        send(socket, random);
        end(socket, random);
      } catch (IOException e) {
        // The server has closed the connection.
      }
    }
  }

  private void send(Socket socket, Random random) throws IOException {
    byte[] request = damaged(requests(random), random);
    int piece = random.nextInt(3) == 0 ? 1 + random.nextInt(5_000) : request.length + 1;
    for (int from = 0; from < request.length; from += piece) {
      int to = Math.min(request.length, from + piece);
      socket.getOutputStream().write(request, from, to - from);
    }
  }

  private static void end(Socket socket, Random random) throws IOException {
    End end = End.values()[random.nextInt(End.values().length)];
    socket.setSoTimeout(end == End.STALL && random.nextInt(8) == 0 ? 3_000 : 200);
    switch (end) {
      case CLOSE -> {}
      case RESET -> socket.setSoLinger(true, 0);
      case END_OF_REQUEST -> {
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
      case READ_A_LITTLE -> {
        socket.getInputStream().read();
        socket.setSoLinger(random.nextBoolean(), 0);
      }
      case READ_ALL, STALL -> socket.getInputStream().readAllBytes();
    }
  }

  /** One to four requests, one after the other. */
  private byte[] requests(Random random) {
    byte[] all = {};
    for (int i = random.nextInt(4); i >= 0; i--) {
      all = Bodies.concatenated(all, request(random));
    }
    return all;
  }

  private byte[] request(Random random) {
    return switch (random.nextInt(12)) {
      case 0 ->
          text(get(pick(random, "/health/live", "/health/ready", "/metrics", "/openapi.yaml")));
      case 1 -> text(get(pick(random, "/", "*", "http://[", "/v1/events", "/%00", "/a/../v1")));
      case 2 -> post("Expect: 100-continue\r\n" + JSON, body(random), random);
      case 3 ->
          text(
              "POST /v1/events HTTP/1.1\r\n"
                  + HOST
                  + JSON
                  + "Expect: 100-continue\r\n"
                  + "Content-Length: "
                  + pick(random, "10", "600000", "0")
                  + "\r\n\r\n");
      case 4 -> post("Content-Encoding: gzip\r\n" + JSON, Bodies.gzip(body(random)), random);
      case 5 -> post("Content-Encoding: zstd\r\n" + JSON, Bodies.zstd(body(random)), random);
      case 6 -> post("Content-Encoding: gzip\r\n" + JSON, Bodies.gzip(new byte[2_000_000]), random);
      case 7 -> post(pick(random, "", "Content-Type: text/plain\r\n"), body(random), random);
      case 8 ->
          text(
              "POST /v1/events HTTP/1.0\r\n"
                  + JSON
                  + "Content-Length: "
                  + event.length
                  + "\r\n\r\n"
                  + new String(event, UTF_8));
      case 9 ->
          text(
              "GET / HTTP/1.1\r\n"
                  + HOST
                  + pick(
                      random,
                      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n",
                      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n",
                      "Transfer-Encoding: gzip\r\n",
                      "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")
                  + "\r\n");
      case 10 ->
          text(
              "POST /v1/events HTTP/1.1\r\n"
                  + HOST
                  + JSON
                  + "Transfer-Encoding: chunked\r\n\r\n"
                  + pick(
                      random,
                      "x\r\n",
                      "-1\r\n",
                      "5\r\n{}\r\n",
                      "ffffffffff\r\n",
                      "5;a=",
                      "1\r\n{\r\n0\r\nTrailer: "));
      default -> post("Content-Type: application/x-ndjson\r\n", body(random), random);
    };
  }

  private byte[] body(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> new byte[random.nextInt(600_000)];
      case 1 -> ("[" + "{},".repeat(150) + "{}]").getBytes(UTF_8);
      case 2 -> (new String(event, UTF_8) + "\n").repeat(190).getBytes(UTF_8);
      case 3 -> "[1,".repeat(random.nextInt(100_000)).getBytes(UTF_8);
      default -> event;
    };
  }

  private static byte[] post(String headers, byte[] body, Random random) {
    String head = "POST /v1/events HTTP/1.1\r\n" + HOST + headers;
    if (random.nextInt(3) > 0) {
      return Bodies.concatenated(text(head + "Content-Length: " + body.length + "\r\n\r\n"), body);
    }
    return Bodies.concatenated(
        text(
            head
                + "Transfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(body.length)
                + "\r\n"),
        body,
        text("\r\n0\r\n\r\n"));
  }

  /** Cut anywhere, or with one byte changed, more often than not. */
  private static byte[] damaged(byte[] request, Random random) {
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        return Arrays.copyOf(request, random.nextInt(request.length));
      }
      case 2 -> request[random.nextInt(request.length)] = (byte) random.nextInt(256);
      case 3 -> request[random.nextInt(Math.min(200, request.length))] = (byte) random.nextInt(256);
      default -> {}
    }
    return request;
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n";
  }

  private static String pick(Random random, String... choices) {
    return List.of(choices).get(random.nextInt(choices.length));
  }

  private static byte[] text(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
