package io.wideevents.toolbox.benchmark;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wideevents.client.WideEventsClient;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what the client adds to a request, on the request's thread: begin, bind with the MDC, 10
 * fields, finalize. {@link #request} ends before the delivery, {@link #delivered} includes
 * encoding, gzip and HTTP to a server in this process that confirms every event.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls start() first.
public class ClientBenchmark {
  static final int EVENTS = 10_000;

  private ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private WideEventsClient client;
  private long number;

  /** Starts the server and the client. */
  @Setup(Level.Trial)
  public void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/events", ClientBenchmark::confirm);
    server.start();
    client =
        WideEventsClient.start(
            "shop", Map.of("GATEWAY_URL", "http://127.0.0.1:" + server.getAddress().getPort()));
  }

  /** Ends both. */
  @TearDown(Level.Trial)
  public void close() {
    client.close();
    System.out.printf("# %s, %s%n", client.stats(), client.logging().stats());
    server.stop(0);
    threads.shutdownNow();
  }

  /** Waits until all events are delivered, outside of the measured time. */
  @TearDown(Level.Invocation)
  public void drain() {
    while (client.logging().stats().inFlight() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** The share of the request's thread. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long request() {
    for (int i = 0; i < EVENTS; i++) {
      complete();
    }
    return number;
  }

  /** The whole cost, until the gateway has confirmed the last event. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long delivered() {
    long sum = request();
    drain();
    return sum;
  }

  @SuppressWarnings("try") // A resource is held by being open.
  private void complete() {
    number++;
    LoggingContext context =
        client.logging().beginHttp("POST", "req-0123456789abcdef", null).route("POST /checkout");
    try (LoggingContext.Binding binding = context.bind()) {
      context
          .user(4711 + number % 100, "customer")
          .set("http.status", 200)
          .set("cart.items", 3)
          .set("cart.total", 59.97)
          .set("cart.skus", List.of("A-100", "B-220", "C-007"))
          .set("payment.provider", "card")
          .set("build.version", "2026.11.3")
          .set("cacheHit", true);
    }
    client.logging().complete(context, Ending.ANSWERED);
  }

  private static void confirm(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = new GZIPInputStream(exchange.getRequestBody()).readAllBytes();
      int events = 0;
      // Each event has one of these names, and no text of the benchmark contains it.
      byte[] name = "\"requestId\"".getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i + name.length <= body.length; i++) {
        if (body[i] == '"' && body[i + 1] == 'r' && body[i + 8] == 'I' && body[i + 10] == '"') {
          events++;
        }
      }
      byte[] reply =
          "{\"accepted\":%d,\"tier\":\"kafka\"}".formatted(events).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(202, reply.length);
      exchange.getResponseBody().write(reply);
    }
  }
}
