package io.wideevents.toolbox.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenLoopTest {
  private static final int STALL_MILLIS = 500;

  private final AtomicInteger served = new AtomicInteger();
  private volatile int status = 202;
  private volatile boolean stalls;
  private HttpServer server;
  private URI gateway;

  @BeforeEach
  void start() throws IOException {
    // Without an executor one thread serves all: while it waits, every request waits.
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/events", this::answer);
    server.start();
    gateway = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void run_countsAStandstillAgainstEveryRequestThatWasDueInIt() throws Exception {
    // Given: the first request takes half a second, all others take no time
    stalls = true;
    try (OpenLoop load = new OpenLoop(100)) {
      // When
      Window window = load.run(target(), Duration.ofSeconds(1));

      // Then: a client that waits for each answer would have seen one slow request
      assertThat(window.requests()).isEqualTo(100);
      assertThat(window.micros().getCountBetweenValues(100_000, Long.MAX_VALUE / 2))
          .isGreaterThan(30);
      assertThat(window.maxMillis()).isGreaterThanOrEqualTo(STALL_MILLIS - 50.0);
    }
  }

  @Test
  void run_countsWhatIsNotAcceptedApart() throws Exception {
    status = 503;
    try (OpenLoop load = new OpenLoop(200)) {
      Window window = load.run(target(), Duration.ofMillis(100));

      assertThat(window.requests()).isZero();
      assertThat(window.failed()).isEqualTo(20);
      assertThat(served).hasValue(20);
    }
  }

  @Test
  void plus_addsTheMeasurementsOfOneGateway() throws Exception {
    try (OpenLoop load = new OpenLoop(200)) {
      Window first = load.run(target(), Duration.ofMillis(100));
      Window second = load.run(target(), Duration.ofMillis(50));

      Window both = first.plus(second);

      assertThat(both.requests()).isEqualTo(30);
      assertThat(both.took()).isEqualTo(first.took().plus(second.took()));
      assertThat(first.requests()).isEqualTo(20);
    }
  }

  @Test
  void run_givesEveryServerTheSameRequests() throws Exception {
    // Given
    Queue<Long> first = new ConcurrentLinkedQueue<>();
    Queue<Long> second = new ConcurrentLinkedQueue<>();
    List<OpenLoop.Target> targets = List.of(recording(first), recording(second));
    try (OpenLoop load = new OpenLoop(200)) {
      // When
      List<Window> windows = load.run(targets, Duration.ofMillis(50), new Random(1));
      // Then
      assertThat(windows).extracting(Window::requests).containsExactly(10L, 10L);
      assertThat(first).containsExactlyElementsOf(LongStream.range(0, 10).boxed().toList());
      assertThat(second).containsExactlyElementsOf(first);
    }
  }

  private OpenLoop.Target target() {
    return recording(new ConcurrentLinkedQueue<>());
  }

  private OpenLoop.Target recording(Queue<Long> numbers) {
    return new OpenLoop.Target(
        number -> {
          numbers.add(number);
          return HttpRequest.newBuilder(gateway.resolve("/v1/events"))
              .POST(BodyPublishers.ofString("{}"))
              .build();
        },
        answered -> answered == 202);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (served.getAndIncrement() == 0 && stalls) {
      standStill();
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private static void standStill() {
    try {
      var unused = new CountDownLatch(1).await(STALL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
