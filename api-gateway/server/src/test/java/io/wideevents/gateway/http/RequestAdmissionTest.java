package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.gateway.http.connections.ConnectionGuard;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import io.wideevents.gateway.metrics.InMemoryGatewayMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a request ends, it does not count afterwards. */
class RequestAdmissionTest {
  private static final int TIMES = 20;

  private final CountDownLatch release = new CountDownLatch(1);
  private final Server server = new Server();
  private final ConnectionLimits limits = ConnectionLimits.of(256, true);
  private final ConnectionGuard guard = new ConnectionGuard(limits);
  private final RequestAdmission admission =
      new RequestAdmission(guard, limits, new InMemoryGatewayMetrics(), new Lingering(() -> false));
  private final ServerConnector connector = guard.connector(server, new HttpConnectionFactory());

  @BeforeEach
  void start() throws Exception {
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    admission.setHandler(new Script());
    server.setHandler(new Unmemorable(admission));
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    guard.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/answered",
        "/not-handled",
        "/throws",
        "/throws-error",
        "/throws-after-its-reply",
        "/answered-later",
        "/failed-later",
        "/fails-to-note-the-end",
      })
  void request_doesNotCountAfterItsEnd(String path) throws IOException {
    for (int i = 0; i < TIMES; i++) {
      try (RawConnection connection = new RawConnection(connector.getLocalPort())) {
        connection.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        if (i % 2 == 0) {
          connection.reset();
        } else {
          connection.readAll();
        }
      }
    }

    await()
        .untilAsserted(
            () -> {
              assertThat(guard.requests()).isZero();
              assertThat(guard.open()).isZero();
              assertThat(guard.addresses()).isZero();
              assertThat(admission.readers()).isZero();
            });
  }

  @Test
  void queriesWithABody_countAsReads_andLeaveRoomForPosts() throws IOException {
    List<RawConnection> queries = new ArrayList<>();
    try {
      for (int i = 0; i < limits.requestsPerAddress() / 4; i++) {
        queries.add(post("/v1/query"));
      }
      await().until(() -> guard.requests() == queries.size());

      try (RawConnection further = post("/v1/compare");
          RawConnection event = post("/v1/events")) {
        assertThat(further.readAll()).startsWith("HTTP/1.1 429 ");
        assertThat(event.readAll()).startsWith("HTTP/1.1 404 ");
      }
    } finally {
      release.countDown();
      for (RawConnection query : queries) {
        query.close();
      }
    }
  }

  private RawConnection post(String path) throws IOException {
    RawConnection connection = new RawConnection(connector.getLocalPort());
    connection.send(
        "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return connection;
  }

  /** Ends each request as its path says. */
  private final class Script extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      switch (request.getHttpURI().getPath()) {
        case "/answered", "/fails-to-note-the-end" -> answer(response, callback);
        case "/v1/query" ->
            Thread.ofPlatform()
                .daemon()
                .start(
                    () -> {
                      try {
                        release.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      answer(response, callback);
                    });
        case "/throws" -> throw new IllegalStateException("wanted");
        case "/throws-error" -> throw new StackOverflowError("wanted");
        case "/throws-after-its-reply" -> {
          answer(response, callback);
          throw new IllegalStateException("wanted");
        }
        case "/answered-later" ->
            Thread.ofPlatform().daemon().start(() -> answer(response, callback));
        case "/failed-later" ->
            Thread.ofPlatform()
                .daemon()
                .start(() -> callback.failed(new OutOfMemoryError("wanted")));
        default -> {
          return false;
        }
      }
      return true;
    }

    private static void answer(Response response, Callback callback) {
      response.write(true, ByteBuffer.wrap("ok".getBytes(StandardCharsets.UTF_8)), callback);
    }
  }

  /** A server without memory for what notes the end of some requests. */
  private static final class Unmemorable extends Handler.Wrapper {
    Unmemorable(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      return super.handle(
          request.getHttpURI().getPath().equals("/fails-to-note-the-end")
              ? new WithoutMemory(request)
              : request,
          response,
          callback);
    }
  }

  private static final class WithoutMemory extends Request.Wrapper {
    WithoutMemory(Request request) {
      super(request);
    }

    @Override
    public void addHttpStreamWrapper(Function<HttpStream, HttpStream> wrapper) {
      throw new OutOfMemoryError("wanted");
    }
  }
}
