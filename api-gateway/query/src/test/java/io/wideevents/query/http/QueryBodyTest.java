package io.wideevents.query.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.wideevents.query.QueryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryBodyTest {
  private static final Duration TIME = Duration.ofMillis(500);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Javalin server =
      Javalin.create(
              config -> {
                config.startup.showJavalinBanner = false;
                config.jetty.host = "127.0.0.1";
                config.jetty.port = 0;
                config.concurrency.useVirtualThreads = true;
                config.routes.post("/", ctx -> ctx.result(QueryBody.read(ctx, TIME)));
                config.routes.exception(QueryException.class, ProblemReply::send);
              })
          .start();

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void bodyThatArrives_isRead() throws IOException {
    try (Socket client = send("Content-Length: 3\r\n\r\nabc")) {
      assertThat(reply(client)).startsWith("HTTP/1.1 200").endsWith("abc");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 9\r\n\r\n", "Content-Length: 9\r\n\r\n{"})
  void bodyThatStops_endsAfterTheTime(String request) throws IOException {
    try (Socket client = send(request)) {
      assertThat(reply(client)).startsWith("HTTP/1.1 408").contains("body_timeout");
    }
  }

  /** The bytes of a chunk extension are not content, so no read of the body returns. */
  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 9999\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n9;"})
  void bodyThatArrivesByteByByte_endsAfterTheTime(String request) throws IOException {
    try (Socket client = send(request)) {
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                if (client.getInputStream().available() == 0) {
                  client.getOutputStream().write('x');
                  return false;
                }
                return true;
              });
      assertThat(reply(client)).startsWith("HTTP/1.1 408").contains("body_timeout");
    }
  }

  private Socket send(String request) throws IOException {
    Socket client = new Socket("127.0.0.1", server.port());
    client.setSoTimeout((int) SOON.toMillis());
    OutputStream out = client.getOutputStream();
    out.write(("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + request).getBytes(US_ASCII));
    out.flush();
    return client;
  }

  private static String reply(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    StringBuilder reply = new StringBuilder();
    byte[] bytes = new byte[4096];
    for (int read = in.read(bytes); read > 0; read = in.read(bytes)) {
      reply.append(new String(bytes, 0, read, US_ASCII));
    }
    return reply.toString();
  }
}
