package io.wideevents.worker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wideevents.log.LogThrottle;
import io.wideevents.metrics.MetricsPage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /health/live}, {@code /health/ready} and {@code /metrics}, and no other path.
 *
 * <p>Each request has its own thread, so that slow clients do not delay a liveness check. Requests
 * do not involve the polling thread; they use the status that it published last. {@code
 * WorkerApplication} owns and closes this object.
 */
public final class WorkerHttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerHttpServer.class);
  private static final String JSON = "application/json";
  private static final byte[] BUSY_STATUS =
      "{\"status\":\"not_ready\",\"reasons\":[\"too many requests at once\"]}".getBytes(UTF_8);
  private static final String TEXT = "text/plain; charset=utf-8";

  // A slow client occupies its thread while it sends the request and while it reads the reply.
  // Below Java 24, the server's own synchronized blocks pin a virtual thread to its carrier.
  private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 24;
  private static final int PLATFORM_THREADS = 128;

  // Readiness pings MongoDB, and a scrape takes CPU, so their number is limited. The number of
  // liveness checks is not.
  private static final int COSTLY_REQUESTS = 4;
  private static final Duration COSTLY_WAIT = Duration.ofSeconds(2);

  private static final int MAX_LOGGED_PATH = 200;
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  // The server's own classes read these once. Times are in seconds. The defaults let a client send
  // its request, and read its reply, as slowly as it likes.
  static {
    limit("sun.net.httpserver.maxReqTime", 3);
    limit("sun.net.httpserver.maxRspTime", 10);
    limit("sun.net.httpserver.maxReqHeaderSize", 16 * 1024);
    // Each takes some 20 KiB while its request is read.
    limit("jdk.httpserver.maxConnections", 2_000);
  }

  private final HttpServer server;
  private final ExecutorService threads =
      VIRTUAL_THREADS
          ? Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory())
          : Executors.newFixedThreadPool(
              PLATFORM_THREADS, Thread.ofPlatform().daemon().name("http-", 0).factory());
  private final Semaphore costly = new Semaphore(COSTLY_REQUESTS, true);
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final HealthCheck health;
  private final MetricsPage metrics;
  private final StatusGauges gauges;

  /**
   * Binds the address. Requests are answered after {@link #start}.
   *
   * @param port 0 for any free port
   * @throws IOException if the address cannot be bound
   */
  public WorkerHttpServer(
      String host, int port, HealthCheck health, MetricsPage metrics, StatusGauges gauges)
      throws IOException {
    this.health = health;
    this.metrics = metrics;
    this.gauges = gauges;
    server = HttpServer.create(new InetSocketAddress(host, port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
  }

  public void start() {
    server.start();
    LOG.info("Listening on http://{}:{}", host(), port());
  }

  /** The bound port, also when port 0 was requested. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        route(exchange);
      } catch (RuntimeException | Error e) {
        // The server itself would close the connection without a log line and without a reply. An
        // Error would end this thread, and with it the process.
        failures.show(
            notShown ->
                LOG.atError()
                    .addKeyValue("path", shortened(exchange.getRequestURI().getPath()))
                    .addKeyValue("notShown", notShown)
                    .setCause(e)
                    .log("A status request failed"));
        sendFailure(exchange);
      }
    }
  }

  private void route(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      send(exchange, 405, TEXT, "Only GET and HEAD\n".getBytes(UTF_8));
      return;
    }
    // null for a target such as mailto:a
    switch (String.valueOf(exchange.getRequestURI().getPath())) {
      case "/health/live" -> live(exchange);
      case "/health/ready" -> ready(exchange);
      case "/metrics" -> metrics(exchange);
      default ->
          send(
              exchange,
              404,
              TEXT,
              "Not here; try /health/live, /health/ready or /metrics\n".getBytes(UTF_8));
    }
  }

  private static void sendFailure(HttpExchange exchange) throws IOException {
    if (exchange.getResponseCode() < 0) {
      send(exchange, 500, TEXT, "Failed; the worker's log has the reason\n".getBytes(UTF_8));
    }
  }

  private void live(HttpExchange exchange) throws IOException {
    boolean live = health.isLive();
    String body = live ? "{\"status\":\"live\"}" : "{\"status\":\"hanging\"}";
    send(exchange, live ? 200 : 503, JSON, body.getBytes(UTF_8));
  }

  private void ready(HttpExchange exchange) throws IOException {
    Optional<HealthCheck.Readiness> readiness = inTurn(health::readiness);
    if (readiness.isEmpty()) {
      send(exchange, 503, JSON, BUSY_STATUS);
      return;
    }
    int status = readiness.get().isReady() ? 200 : 503;
    send(exchange, status, JSON, HealthJson.of(readiness.get()));
  }

  private void metrics(HttpExchange exchange) throws IOException {
    Optional<String> page =
        inTurn(
            () -> {
              gauges.refresh();
              return metrics.scrape();
            });
    if (page.isEmpty()) {
      send(exchange, 503, TEXT, "Too many requests at once\n".getBytes(UTF_8));
      return;
    }
    send(exchange, 200, MetricsPage.MEDIA_TYPE, page.get().getBytes(UTF_8));
  }

  /** Runs costly work, a few requests at a time; empty when no permit was available in time. */
  private <T> Optional<T> inTurn(Supplier<T> work) {
    try {
      if (!costly.tryAcquire(COSTLY_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    try {
      return Optional.of(work.get());
    } finally {
      costly.release();
    }
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  private static String shortened(@Nullable String path) {
    String text = String.valueOf(path);
    return text.length() <= MAX_LOGGED_PATH ? text : text.substring(0, MAX_LOGGED_PATH) + "…";
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private String host() {
    String address = server.getAddress().getAddress().getHostAddress();
    return address.indexOf(':') < 0 ? address : "[" + address + "]";
  }
}
