package io.wideevents.worker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wideevents.logging.LogThrottle;
import io.wideevents.metrics.MetricsPage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /health/live}, {@code /health/ready} and {@code /metrics}, and nothing else.
 *
 * <p>Answers on two threads of its own, which may wait a second for MongoDB's ping; the polling
 * thread is never asked, only what it last published. Owned, and closed, by {@code
 * WorkerApplication}.
 */
public final class WorkerHttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerHttpServer.class);
  private static final int THREADS = 2;
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  static {
    // In seconds, and read once, by the server's own classes. Without it a client that stops in the
    // middle of its request keeps a thread for ever, and two of them the health checks out.
    String longestRequest = "sun.net.httpserver.maxReqTime";
    if (System.getProperty(longestRequest) == null) {
      System.setProperty(longestRequest, "3");
    }
  }

  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("http-", 0).factory());
  private final HealthCheck health;
  private final MetricsPage metrics;
  private final StatusGauges gauges;

  /**
   * Binds the address; answers begin with {@link #start}.
   *
   * @param port 0 for any free one
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

  /** The port bound, also when any free one was asked for. */
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
        // The server would close the connection without a word, here and to the client. An Error
        // would end this thread, and with it the process.
        failures.show(
            notShown ->
                LOG.atError()
                    .addKeyValue("path", exchange.getRequestURI().getPath())
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
    switch (exchange.getRequestURI().getPath()) {
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
    HealthCheck.Readiness readiness = health.readiness();
    send(exchange, readiness.isReady() ? 200 : 503, JSON, HealthJson.of(readiness));
  }

  private void metrics(HttpExchange exchange) throws IOException {
    gauges.refresh();
    send(exchange, 200, MetricsPage.MEDIA_TYPE, metrics.scrape().getBytes(UTF_8));
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
