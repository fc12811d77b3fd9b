package io.wideevents.logging.jdkhttp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WideEventsHttpFilterTest {
  private final RecordingLogger events = new RecordingLogger(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(LoggingSettings.of("shop"), events, InstantSource.system());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
    logging.close();
  }

  @Test
  void request_leavesOneEventWithRouteStatusAndFields() throws Exception {
    serve(
        "/orders",
        exchange -> {
          LoggingContext.current().set("cart.items", 3);
          answer(exchange, 200);
        });

    HttpResponse<String> reply = get("/orders/4711");

    assertThat(reply.body()).isEqualTo("done");
    assertThat(reply.headers().firstValue("X-Request-Id")).hasValue("r-1");
    assertThat(event())
        .contains("\"requestId\":\"r-1\"", "\"route\":\"GET /orders\"", "\"status\":200")
        .contains("\"cart\":{\"items\":3}")
        .doesNotContain("\"error\"");
  }

  @Test
  void responseWithoutABody_endsTheRequest() throws Exception {
    serve("/", exchange -> exchange.sendResponseHeaders(204, -1));

    assertThat(get("/").statusCode()).isEqualTo(204);

    assertThat(event()).contains("\"status\":204");
  }

  @Test
  void statusOf500_isAnError() throws Exception {
    serve("/", exchange -> answer(exchange, 500));

    get("/");

    assertThat(event()).contains("\"code\":\"HTTP_500\"");
  }

  @Test
  void exceptionOfTheHandler_isTheErrorOfTheEvent() throws Exception {
    serve(
        "/",
        exchange -> {
          throw new IllegalStateException("broken");
        });

    try (Socket client = request("/")) {
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    assertThat(event()).contains("\"code\":\"IllegalStateException\",\"message\":\"broken\"");
  }

  @Test
  void asynchronousRequest_endsWhenItIsAnsweredOnAnotherThread() throws Exception {
    serve(
        "/",
        exchange ->
            threads.execute(
                LoggingContext.wrap(
                    () -> {
                      LoggingContext.current().set("step", "later");
                      answer(exchange, 200);
                    })));

    assertThat(get("/").statusCode()).isEqualTo(200);

    assertThat(event()).contains("\"step\":\"later\"", "\"status\":200");
  }

  @Test
  void clientThatDisconnects_isAnAbort() throws Exception {
    serve(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] part = new byte[100_000];
          for (int i = 0; i < 10_000; i++) {
            exchange.getResponseBody().write(part);
          }
        });

    try (Socket client = request("/")) {
      assertThat(client.getInputStream().read()).isPositive();
      client.setSoLinger(true, 0);
    }

    assertThat(event()).contains("\"code\":\"CLIENT_ABORTED\"");
  }

  @Test
  void handlerThatSendsItsHeadersTwice_isNoAbort() throws Exception {
    serve(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.sendResponseHeaders(200, 0);
        });

    try (Socket client = request("/")) {
      assertThat(client.getInputStream().readAllBytes()).isNotNull();
    }

    assertThat(event()).contains("\"code\":\"IOException\"");
  }

  private void serve(String path, HttpHandler handler) {
    HttpContext context = server.createContext(path, handler);
    context.getFilters().add(0, new WideEventsHttpFilter(logging));
  }

  private static void answer(HttpExchange exchange, int status) {
    try (exchange) {
      byte[] body = "done".getBytes(UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
      exchange.getResponseBody().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
            .header("X-Request-Id", "r-1")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Socket request(String path) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort());
    client
        .getOutputStream()
        .write("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path).getBytes(US_ASCII));
    return client;
  }

  /** The only event. Closes the service, so that a second event would be there as well. */
  private String event() {
    await().until(() -> logging.stats().finalized() > 0);
    logging.close();
    List<String> texts =
        events.durable().values().stream()
            .map(event -> new String(event.json(Tier.KAFKA), UTF_8))
            .toList();
    assertThat(texts).hasSize(1);
    return texts.getFirst();
  }
}
