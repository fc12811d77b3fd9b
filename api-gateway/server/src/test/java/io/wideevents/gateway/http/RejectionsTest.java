package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.wideevents.testing.LogCapture;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RejectionsTest {
  private static final int EVENTS = 150;
  // Servers of other tests log to the same logger, even after their end.
  private static final String CLIENT = "127.0.0.77";
  private final LogCapture log = new LogCapture(Rejections.class);

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void rejectedEvents_areLoggedWithCountCodeFieldAndClient() throws IOException {
    try (TestServer server = new TestServer()) {
      post(server, "application/x-ndjson", "{\"secret\":\"hunter2\"}\n".repeat(EVENTS));
      post(server, "application/x-ndjson", "{\"secret\":\"hunter2\"}\n".repeat(EVENTS));
    }

    assertThat(log.events()).allMatch(line -> line.getLevel().equals(Level.WARN));
    assertThat(texts())
        .hasSize(2)
        .allMatch(
            line ->
                line.startsWith("Rejected events count=150 code=missing_field field=")
                    && line.contains("client=127.0.0.77"))
        .noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void rejectedRequests_areLoggedOnceInAnInterval() throws IOException {
    try (TestServer server = new TestServer()) {
      for (int i = 0; i < 20; i++) {
        post(server, "application/json", "{");
        post(server, "text/plain", "{}");
      }
      assertThat(texts()).hasSize(1);
    }

    assertThat(texts())
        .hasSize(2)
        .allMatch(line -> line.startsWith("Rejected requests count="))
        .last()
        .asString()
        .contains("count=39", "unsupported_media_type", "client=127.0.0.77");
  }

  @Test
  void malformedHttp_isLogged() throws IOException {
    try (TestServer server = new TestServer()) {
      try (RawConnection connection = RawConnection.from(CLIENT, server.port())) {
        connection.send("GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n");
        connection.readAll();
      }
      await().until(() -> !texts().isEmpty());
    }

    assertThat(texts())
        .containsExactly("Rejected requests count=1 code=bad_request field= client=127.0.0.77");
  }

  @Test
  void pathsThatAreNotThere_areLoggedForPostsOnly() throws IOException {
    try (TestServer server = new TestServer()) {
      try (RawConnection connection = RawConnection.from(CLIENT, server.port())) {
        connection.send("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.readAll();
      }
      assertThat(texts()).isEmpty();
      try (RawConnection connection = RawConnection.from(CLIENT, server.port())) {
        connection.send("POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        connection.readAll();
      }
      await().until(() -> !texts().isEmpty());
    }

    assertThat(texts())
        .containsExactly("Rejected requests count=1 code=not_found field= client=127.0.0.77");
  }

  private static void post(TestServer server, String type, String body) throws IOException {
    try (RawConnection connection = RawConnection.from(CLIENT, server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
              + type
              + "\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      connection.readAll();
    }
  }

  private List<String> texts() {
    return log.events().stream()
        .map(
            line ->
                line.getMessage()
                    + line.getKeyValuePairs().stream()
                        .map(pair -> ' ' + pair.key + '=' + pair.value)
                        .collect(Collectors.joining()))
        .filter(line -> line.contains(" client=" + CLIENT))
        .toList();
  }
}
