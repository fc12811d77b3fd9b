package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.TestEvents;
import io.wideevents.testing.LogCapture;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that reset their connection: no failure of the server. */
class GoneClientsTest {
  private static final int TIMES = 20;

  @Test
  void clientThatGoesBeforeItIsAskedForItsBody_isNoFailure() throws IOException {
    // Given replies that are larger than the buffer, smaller, and those to rejected requests
    List<String> bodies =
        List.of(
            "[" + "{},".repeat(TestServer.MAX_EVENTS - 1) + "{}]",
            TestEvents.minimal("req-1", Instant.now()),
            "{");
    try (TestServer server = new TestServer();
        LogCapture log = new LogCapture(HttpServer.class)) {
      // When
      for (int i = 0; i < TIMES; i++) {
        for (String body : bodies) {
          sendAndReset(server, "application/json", body);
          sendAndReset(server, "text/plain", body);
        }
      }

      // Then
      await().untilAsserted(() -> assertThat(server.held()).isEqualTo(HeldResources.NONE));
      assertThat(server.metrics.requestsRefused()).doesNotContainKey("internal_error");
      assertThat(log.events()).isEmpty();
    }
  }

  private static void sendAndReset(TestServer server, String contentType, String body)
      throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: "
              + contentType
              + "\r\nContent-Length: "
              + body.getBytes(ISO_8859_1).length
              + "\r\n\r\n"
              + body);
      connection.reset();
    }
  }
}
