package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.TestEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the settings promise for the largest bodies. */
class LargeBodiesTest {
  private static final int LARGEST = 8 << 20;
  private static final int EVENTS = 64;

  private final TestServer server =
      new TestServer(
          new HttpSettings(
              "127.0.0.1",
              0,
              false,
              Duration.ofSeconds(60),
              Duration.ofSeconds(30),
              LARGEST,
              32 << 20,
              56L << 20));

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: " + LARGEST, "Transfer-Encoding: chunked"})
  void twoOfTheLargestBodies_areTakenFromOneClientAtATime(String framing) throws Exception {
    // Given two bodies of which all but the end has come
    byte[] body = framed(largest(), framing);
    int most = body.length - 100;
    try (RawConnection first = RawConnection.from("127.0.0.2", server.port());
        RawConnection second = RawConnection.from("127.0.0.2", server.port())) {
      CompletableFuture<Void> sent =
          CompletableFuture.allOf(
              sending(first, framing, Arrays.copyOf(body, most)),
              sending(second, framing, Arrays.copyOf(body, most)));
      sent.join();

      // When
      byte[] end = Arrays.copyOfRange(body, most, body.length);
      first.send(end);
      second.send(end);

      // Then
      assertThat(first.readUntil("}")).startsWith("HTTP/1.1 202");
      assertThat(second.readUntil("}")).startsWith("HTTP/1.1 202");
    }
  }

  private static CompletableFuture<Void> sending(
      RawConnection connection, String framing, byte[] body) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            connection.send(
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/x-ndjson\r\n"
                    + framing
                    + "\r\n\r\n");
            connection.send(body);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  private static byte[] framed(byte[] body, String framing) {
    return framing.endsWith("chunked")
        ? Bodies.concatenated(
            (Integer.toHexString(body.length) + "\r\n").getBytes(UTF_8),
            body,
            "\r\n0\r\n\r\n".getBytes(UTF_8))
        : body;
  }

  /** Events that are {@link #LARGEST} bytes together. */
  private static byte[] largest() {
    StringBuilder lines = new StringBuilder(LARGEST);
    for (int i = 0; i < EVENTS; i++) {
      String event = TestEvents.minimal("req-" + i, Instant.now());
      String begin = event.substring(0, event.length() - 1) + ",\"pad\":\"";
      lines.append(begin);
      lines.append("x".repeat(LARGEST / EVENTS - begin.length() - 3));
      lines.append("\"}\n");
    }
    return lines.toString().getBytes(UTF_8);
  }
}
