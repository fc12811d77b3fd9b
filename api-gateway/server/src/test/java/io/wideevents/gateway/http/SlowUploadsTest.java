package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.TestEvents;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not send what they announced must not keep others from being answered. */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class SlowUploadsTest {
  private static final Duration LONG_BODY_TIMEOUT = Duration.ofSeconds(120);
  // The longest pause, and time for a machine that is busy.
  private static final Duration SOON = Duration.ofSeconds(45);
  private static final String SLOW = "\"body_too_slow\"";

  private final TestServer server = new TestServer(TestServer.settings(LONG_BODY_TIMEOUT));
  private final byte[] event = TestEvents.minimal("req-1", Instant.now()).getBytes(UTF_8);
  private final List<RawConnection> stalled = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (RawConnection connection : stalled) {
      connection.close();
    }
    server.close();
  }

  @Test
  void stalledGzipBodies_doNotTakeTheMemoryOfOthers() throws IOException {
    byte[] compressed = Bodies.gzip(new byte[TestServer.MAX_INFLATED]);
    stall(21, "127.0.0.2", "gzip", Arrays.copyOf(compressed, compressed.length - 1));

    HttpResponse<String> other =
        server.post(Bodies.gzip(event), "application/json", "Content-Encoding", "gzip");

    assertThat(other.statusCode()).as(other.body()).isEqualTo(202);
  }

  @Test
  void stalledZstdBodies_doNotTakeTheDecodersOfOthers() throws IOException {
    byte[] compressed = Bodies.zstd(randomBytes(1_000));
    stall(16, "127.0.0.2", "zstd", Arrays.copyOf(compressed, compressed.length - 1));

    HttpResponse<String> other =
        server.post(Bodies.zstd(event), "application/json", "Content-Encoding", "zstd");

    assertThat(other.statusCode()).as(other.body()).isEqualTo(202);
  }

  @Test
  void stalledLargeBodies_takeTheShareOfTheirClientOnly() throws IOException {
    // Given a client that sends nearly all of many large bodies
    stall(3, "127.0.0.2", "identity", new byte[400 * 1024]);
    stall(10, "127.0.0.2", "identity", new byte[200 * 1024]);

    // When
    String large = from("127.0.0.1", paddedEvent(200 * 1024));
    String smallOfTheClient = from("127.0.0.2", event);
    String largeOfTheClient = from("127.0.0.2", paddedEvent(200 * 1024));

    // Then
    assertThat(large).startsWith("HTTP/1.1 202");
    assertThat(smallOfTheClient).startsWith("HTTP/1.1 202");
    assertThat(largeOfTheClient)
        .startsWith("HTTP/1.1 429")
        .contains("\"client_share_taken\"", "HTTP_MAX_IN_FLIGHT_BYTES", "Retry-After: 1");
  }

  @Test
  void stalledLargeBodiesOfManyClients_leaveMemoryForSmallBodies() throws IOException {
    for (int client = 2; client < 12; client++) {
      stall(3, "127.0.0." + client, "identity", new byte[400 * 1024]);
    }

    HttpResponse<String> small = server.post(event, "application/json");

    assertThat(small.statusCode()).as(small.body()).isEqualTo(202);
  }

  @Test
  void stalledBodies_areAnsweredWithinSeconds() throws IOException {
    stall(1, "127.0.0.1", "identity", new byte[10_000]);

    assertThat(answerWithin(SOON, stalled.getFirst()))
        .startsWith("HTTP/1.1 408")
        .contains(SLOW, "Connection: close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void stalledCompressedBodies_areAnsweredWithinSeconds(String encoding) throws IOException {
    stall(1, "127.0.0.1", encoding, new byte[0]);

    assertThat(answerWithin(SOON, stalled.getFirst())).startsWith("HTTP/1.1 408").contains(SLOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100000\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n186a0\r\n",
        // No byte of the following is content, so no read of the body returns
        "Transfer-Encoding: chunked\r\n\r\n186a0;extension=",
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nTrailer: ",
      })
  void trickledBodies_areAnsweredWithinSeconds(String beginning) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + beginning);
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(
              () -> readAll(connection), task -> Thread.ofPlatform().daemon().start(task));

      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(SOON)
          .until(
              () -> {
                if (!answer.isDone()) {
                  connection.send("x");
                }
                return answer.isDone();
              });

      assertThat(answer.join()).startsWith("HTTP/1.1 408").contains(SLOW);
    }
  }

  @Test
  void slowBodies_areTakenAtTheLeastRate() throws IOException {
    // Given a body that needs more than the grace time, at twice the least rate
    byte[] body = paddedEvent(2 * 7 * WireStream.MIN_BYTES_PER_SECOND);
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(head("identity", body.length));
      int[] sent = {0};
      long start = System.nanoTime();

      // When
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(LONG_BODY_TIMEOUT)
          .until(
              () -> {
                double seconds = (System.nanoTime() - start) / 1e9;
                int due = (int) (2 * WireStream.MIN_BYTES_PER_SECOND * seconds);
                int end = Math.min(body.length, due);
                connection.send(Arrays.copyOfRange(body, sent[0], end));
                sent[0] = end;
                return end == body.length;
              });

      // Then
      assertThat(connection.readUntil("\r\n")).startsWith("HTTP/1.1 202");
    }
  }

  @Test
  void refusedClientsThatTrickle_areCutOff() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n1;extension=");
      assertThat(connection.readUntil("unsupported_media_type")).startsWith("HTTP/1.1 415");
      CompletableFuture<String> rest =
          CompletableFuture.supplyAsync(
              () -> readAll(connection), task -> Thread.ofPlatform().daemon().start(task));

      await()
          .pollInterval(Duration.ofMillis(50))
          .atMost(SOON)
          .until(
              () -> {
                try {
                  connection.send("x");
                  return rest.isDone();
                } catch (IOException e) {
                  return true;
                }
              });
    }
  }

  @Test
  void memory_isGivenBackWhenClientsGo() throws IOException {
    stall(5, "127.0.0.2", "identity", new byte[100 * 1024]);

    for (RawConnection connection : stalled) {
      connection.close();
    }

    await().atMost(SOON).until(() -> server.inFlightBytes() == 0);
    assertThat(from("127.0.0.2", paddedEvent(200 * 1024))).startsWith("HTTP/1.1 202");
  }

  /** Sends the beginnings of bodies, and waits until the server handles or has refused each. */
  private void stall(int requests, String address, String encoding, byte[] beginning)
      throws IOException {
    int before = server.underWay() + refused();
    for (int i = 0; i < requests; i++) {
      RawConnection connection = RawConnection.from(address, server.port());
      stalled.add(connection);
      connection.send(head(encoding, TestServer.MAX_BODY));
      connection.send(beginning);
    }
    await().atMost(SOON).until(() -> server.underWay() + refused() >= before + requests);
    // Received, as far as it was sent: nothing changes any more.
    long[] last = {-1};
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              long now = server.inFlightBytes();
              boolean stable = now == last[0];
              last[0] = now;
              return stable;
            });
  }

  private int refused() {
    return server.metrics.requestsRefused().values().stream().mapToInt(Integer::intValue).sum();
  }

  private String from(String address, byte[] body) throws IOException {
    try (RawConnection connection = RawConnection.from(address, server.port())) {
      connection.send(head("identity", body.length));
      connection.send(body);
      String head = connection.readUntil("\r\n\r\n");
      return head + connection.readUntil("}");
    }
  }

  private byte[] paddedEvent(int bytes) {
    String text = new String(event, UTF_8);
    return (text.substring(0, text.length() - 1)
            + ",\"pad\":\""
            + "x".repeat(bytes - event.length - ",\"pad\":\"\"".length())
            + "\"}")
        .getBytes(UTF_8);
  }

  private static String head(String encoding, int length) {
    return "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Encoding: "
        + encoding
        + "\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  private static String answerWithin(Duration time, RawConnection connection) {
    return CompletableFuture.supplyAsync(
            () -> readAll(connection), task -> Thread.ofPlatform().daemon().start(task))
        .orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private static String readAll(RawConnection connection) {
    try {
      return connection.readAll();
    } catch (IOException e) {
      return "failed: " + e;
    }
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
