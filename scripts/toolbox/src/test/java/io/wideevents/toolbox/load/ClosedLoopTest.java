package io.wideevents.toolbox.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosedLoopTest {
  private static final int CHUNKED = 0;
  private static final int NO_BODY = -1;

  private final Queue<String> received = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile int status = 202;
  private volatile long replyLength = 2;
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v1/events",
        exchange -> {
          received.add(
              exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(status, replyLength);
          if (replyLength != NO_BODY) {
            exchange.getResponseBody().write("{}".getBytes(UTF_8));
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void run_postsTheBodiesInOrderAndCountsEveryAnswer() {
    Window window = load(1, "{\"a\":1}", "{\"b\":2}").run(Duration.ofMillis(200));

    assertThat(received)
        .startsWith("application/json {\"a\":1}", "application/json {\"b\":2}")
        .hasSize((int) window.requests());
    assertThat(window.failed()).isZero();
    assertThat(window.maxMillis()).isPositive();
  }

  @Test
  void run_countsOtherAnswersAsFailed() {
    status = 503;

    Window window = load(3, "{}").run(Duration.ofMillis(200));

    assertThat(window.requests()).isZero();
    assertThat(window.failed()).isEqualTo(received.size()).isPositive();
  }

  @Test
  void run_readsChunkedReplies() {
    replyLength = CHUNKED;

    Window window = load(3, "{}").run(Duration.ofMillis(200));

    assertThat(window.requests()).isEqualTo(received.size()).isPositive();
  }

  @Test
  void run_postsABodyThatIsLargerThanTheBuffersOfTheSockets() {
    String large = "x".repeat(8_000_000);

    Window window = load(2, large).run(Duration.ofMillis(1));

    assertThat(window.requests()).isGreaterThanOrEqualTo(2);
    assertThat(received).allMatch(body -> body.endsWith(large));
  }

  @Test
  void bySecond_dividesTheRequestsIntoSeconds() {
    List<Window> seconds = load(2, "{}").bySecond(Duration.ofSeconds(2));

    assertThat(seconds).hasSize(2);
    assertThat(seconds.getFirst().took()).isEqualTo(Duration.ofSeconds(1));
    assertThat(seconds).allSatisfy(second -> assertThat(second.requests()).isPositive());
    assertThat(seconds.stream().mapToLong(Window::requests).sum()).isEqualTo(received.size());
  }

  @Test
  void lone_pausesBeforeEachRequest() {
    Window window =
        ClosedLoop.lone(target(), bodies("{}"), Duration.ofMillis(50), answer -> answer == 202)
            .run(Duration.ofMillis(500));

    assertThat(window.requests()).isBetween(1L, 11L);
  }

  @Test
  void run_failsWhenNoServerListens() {
    server.stop(0);

    assertThatThrownBy(() -> load(1, "{}").run(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The load on http://127.0.0.1:");
  }

  private ClosedLoop load(int connections, String... bodies) {
    return new ClosedLoop(target(), bodies(bodies), connections, answer -> answer == 202);
  }

  private URI target() {
    return URI.create("http://127.0.0.1:%d/v1/events".formatted(server.getAddress().getPort()));
  }

  private static Stream<RequestBody> bodies(String... bodies) {
    return Stream.of(bodies)
        .map(body -> RequestBody.plain(1, RequestBody.JSON, body.getBytes(UTF_8)));
  }
}
