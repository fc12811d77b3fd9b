package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server rejects before it looks at the body, and before the API's own handlers. */
@Execution(ExecutionMode.CONCURRENT)
class UnreadBodiesTest {
  // More than the buffers of both ends of a connection take.
  private static final int BODY = 6_000_000;

  private final TestServer server =
      new TestServer(
          new HttpSettings(
              "127.0.0.1",
              0,
              false,
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              TestServer.MAX_BODY,
              TestServer.MAX_INFLATED,
              TestServer.MAX_IN_FLIGHT,
              HttpSettings.MIN_CONNECTIONS_PER_ADDRESS));
  private final List<RawConnection> stalled = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (RawConnection connection : stalled) {
      connection.close();
    }
    server.close();
  }

  @Test
  void tooManyRequests_isReadByAClientThatWritesItsWholeBodyFirst() throws IOException {
    stall();

    assertThat(answerAfterTheBody("Host: localhost"))
        .startsWith("HTTP/1.1 429")
        .contains("too_many_requests");
    await().until(() -> server.held().lingeringClients() == 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host: a b", "Host: localhost\r\nExpect: more"})
  void malformedHttp_isReadByAClientThatWritesItsWholeBodyFirst(String header) throws IOException {
    assertThat(answerAfterTheBody(header)).startsWith("HTTP/1.1 4").contains("\"fix\"");
    await().until(() -> server.held().lingeringClients() == 0);
  }

  @Test
  void longHeaders_areReportedToAClientThatWritesItsWholeBodyFirst() throws IOException {
    assertThat(answerAfterTheBody("Host: localhost\r\nCookie: " + "x".repeat(20_000)))
        .startsWith("HTTP/1.1 431")
        .contains("headers_too_large");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health/live",
        "/health/live/",
        "/health/ready/",
        "/metrics/",
        "http://localhost/metrics"
      })
  void healthAndMetrics_areAnsweredWhileNoOtherRequestIs(String path) throws IOException {
    stall();

    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(connection.readUntil("\r\n")).isEqualTo("HTTP/1.1 200 OK\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"//health/live", "/health//live", "/health/%6cive", "/health/live//"})
  void otherSpellingsOfHealth_areNotFound(String path) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(connection.readUntil("\r\n").substring(9, 12)).isIn("400", "404");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: GZIP , Chunked",
        "Transfer-Encoding: deflate, chunked",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: x, chunked",
      })
  void otherTransferCodings_areNotImplemented(String header) throws IOException {
    for (String target : List.of("POST /v1/events", "GET /health/live", "POST /nothing")) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send(
            target
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + header
                + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
        assertThat(connection.readAll())
            .as(target)
            .startsWith("HTTP/1.1 501")
            .contains("transfer_coding_not_supported", "Connection: close");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding:"
      })
  void transferCodingsThatDoNotEndWithChunked_areRejected(String header) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + header
              + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
      assertThat(connection.readAll().substring(9, 12)).isIn("400", "501");
    }
  }

  @Test
  void chunkedInAnyCase_isTaken() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
      assertThat(connection.readUntil("\r\n")).startsWith("HTTP/1.1 422");
    }
  }

  @Test
  @Tag("slow")
  void headsCutForSlowness_areNoBadRequests() throws IOException {
    for (String beginning : List.of("GET", "GET / HTTP/1.1\r\nHost: localhost\r\nX: ")) {
      RawConnection slow = new RawConnection(server.port());
      stalled.add(slow);
      slow.send(beginning);
    }

    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> server.closedConnections("slow_head") == 2 && server.openConnections() == 0);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
    assertThat(server.metrics.requestsRefused()).isEmpty();
  }

  /** Begins as many requests as one address may have under way. */
  private void stall() throws IOException {
    while (server.metrics.requestsRefused().isEmpty()) {
      RawConnection connection = new RawConnection(server.port());
      stalled.add(connection);
      connection.send(post("Host: localhost", 1_000));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private String answerAfterTheBody(String header) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(post(header, BODY));
      for (int sent = 0; sent < BODY; sent += 100_000) {
        connection.send(new byte[100_000]);
      }
      connection.endRequest();
      return connection.readAll();
    }
  }

  private static String post(String header, int length) {
    return "POST /v1/events HTTP/1.1\r\n"
        + header
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }
}
