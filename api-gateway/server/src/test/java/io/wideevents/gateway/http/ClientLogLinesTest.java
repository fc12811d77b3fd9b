package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.process.LogSetup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client without a key can make the gateway log, with the log as a process sets it up. */
class ClientLogLinesTest {
  private static final int TIMES = 20;
  private static final String LONG = "x".repeat(7 * 1024);

  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

  private static List<String> requests() {
    return List.of(
        "GET /health/live HTTP/1.1\r\nHost: a b" + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: [" + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a:b" + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nHost: " + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\n" + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nX: \u0001" + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nX y: " + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nX: " + LONG + LONG + "\r\n\r\n",
        "GET /" + LONG + LONG + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%zz" + LONG + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /../../" + LONG + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET //a//..;/%2e%2f%00" + LONG + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://[" + LONG + "/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a:b" + LONG + "/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /health/live HTTP/9.9\r\nHost: a\r\n\r\n",
        "G\u0001T" + LONG + " / HTTP/1.1\r\nHost: a\r\n\r\n",
        LONG + "\r\n\r\n",
        "\u0016\u0003\u0001" + LONG,
        "GET /health/live?a=%ff%zz" + LONG + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nCookie: \"" + LONG + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nExpect: " + LONG + "\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + LONG + "\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + LONG + "\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            + "Content-Type: application/json\r\n\r\nzz"
            + LONG
            + "\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
            + LONG
            + "\r\nContent-Length: 2\r\n\r\n{}",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + LONG
            + "\r\nContent-Length: 2\r\n\r\n{}",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + LONG
            + "\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            + "Upgrade: h2c\r\nHTTP2-Settings: "
            + LONG
            + "\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: 100000\r\n\r\n{",
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Encoding: gzip\r\nContent-Length: 7168\r\n\r\n"
            + LONG,
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nX: " + LONG + "\r\n\r\n",
        "CONNECT " + LONG + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + LONG);
  }

  @AfterEach
  void tearDown() {
    System.setErr(stderr);
    LogSetup.start(LogLevel.INFO, LogFormat.TEXT);
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void requestsWithoutAKey_logAFewShortLines(LogFormat format) throws IOException {
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
    LogSetup.start(LogLevel.INFO, format);

    try (TestServer server = new TestServer()) {
      for (int i = 0; i < TIMES; i++) {
        for (String request : requests()) {
          send(server, request);
        }
      }
    }

    List<String> lines = lines().toList();
    // One of each logger and level in ten seconds, however many requests came.
    assertThat(lines).isNotEmpty().hasSizeLessThan(requests().size());
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThan(1_000));
  }

  private static void send(TestServer server, String request) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(request);
      connection.endRequest();
      connection.readAll();
    } catch (SocketException e) {
      // Closed before all of the request was sent.
    }
  }

  private Stream<String> lines() {
    return captured.toString(StandardCharsets.UTF_8).lines();
  }
}
