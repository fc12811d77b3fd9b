package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RejectionsTest {
  private static final int EVENTS = 150;
  private final Logger logger = (Logger) LoggerFactory.getLogger(Rejections.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  @Test
  void rejectedEvents_areLoggedWithCountCodeFieldAndClient() throws IOException {
    try (TestServer server = new TestServer()) {
      post(server, "application/x-ndjson", "{\"secret\":\"hunter2\"}\n".repeat(EVENTS));
      post(server, "application/x-ndjson", "{\"secret\":\"hunter2\"}\n".repeat(EVENTS));
    }

    assertThat(lines.list).hasSize(2).allMatch(line -> line.getLevel().equals(Level.WARN));
    assertThat(texts())
        .allMatch(
            line ->
                line.startsWith("Rejected events count=150 code=missing_field field=")
                    && line.contains("client=127.0.0.1"))
        .noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void rejectedRequests_areLoggedOnceInAnInterval() throws IOException {
    try (TestServer server = new TestServer()) {
      for (int i = 0; i < 100; i++) {
        post(server, "application/json", "{");
        post(server, "text/plain", "{}");
      }
      assertThat(lines.list).hasSize(1);
    }

    assertThat(texts())
        .hasSize(2)
        .allMatch(line -> line.startsWith("Rejected requests count="))
        .last()
        .asString()
        .contains("count=199", "unsupported_media_type", "client=127.0.0.1");
  }

  @Test
  void malformedHttp_isLogged() throws IOException {
    try (TestServer server = new TestServer()) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send("GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n");
        connection.readAll();
      }
      await().until(() -> !lines.list.isEmpty());
    }

    assertThat(texts())
        .containsExactly("Rejected requests count=1 code=bad_request field= client=127.0.0.1");
  }

  @Test
  void pathsThatAreNotThere_areLoggedForPostsOnly() throws IOException {
    try (TestServer server = new TestServer()) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.readAll();
      }
      assertThat(lines.list).isEmpty();
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send("POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        connection.readAll();
      }
      await().until(() -> !lines.list.isEmpty());
    }

    assertThat(texts())
        .containsExactly("Rejected requests count=1 code=not_found field= client=127.0.0.1");
  }

  private static void post(TestServer server, String type, String body) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
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
    return lines.list.stream()
        .map(
            line ->
                line.getMessage()
                    + line.getKeyValuePairs().stream()
                        .map(pair -> ' ' + pair.key + '=' + pair.value)
                        .collect(Collectors.joining()))
        .toList();
  }
}
