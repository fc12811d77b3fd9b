package io.wideevents.toolbox.pipeline;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a client and a gateway. Passes some requests on, and answers some with 429, loses
 * some replies of the gateway, and delays some.
 */
final class FaultyProxy implements AutoCloseable {
  private static final int NONE = 0;
  private static final int OVERLOADED = 1;
  private static final int REPLY_LOST = 2;
  private static final int SLOW = 3;

  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final URI gateway;
  private int requests;
  private final Map<String, Integer> counts = new TreeMap<>();

  FaultyProxy(URI gateway) throws IOException {
    this.gateway = gateway;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Number of replies of the gateway by status, and of faults by name. */
  synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      int fault = fault();
      if (fault == OVERLOADED) {
        count("429");
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.sendResponseHeaders(429, -1);
        return;
      }
      HttpResponse<byte[]> reply = http.send(request(exchange, body), BodyHandlers.ofByteArray());
      count("gateway " + reply.statusCode());
      if (fault == REPLY_LOST) {
        count("reply lost");
        return;
      }
      if (fault == SLOW) {
        count("slow");
        LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
      }
      reply
          .headers()
          .firstValue("retry-after")
          .ifPresent(wait -> exchange.getResponseHeaders().set("Retry-After", wait));
      exchange.sendResponseHeaders(reply.statusCode(), reply.body().length);
      exchange.getResponseBody().write(reply.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Every other request has a fault, one kind after the other. */
  private synchronized int fault() {
    return switch (requests++ % 6) {
      case 1 -> OVERLOADED;
      case 3 -> REPLY_LOST;
      case 5 -> SLOW;
      default -> NONE;
    };
  }

  private synchronized void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private HttpRequest request(HttpExchange exchange, byte[] body) {
    return HttpRequest.newBuilder(gateway.resolve(exchange.getRequestURI().getPath()))
        .header("content-type", exchange.getRequestHeaders().getFirst("content-type"))
        .header("content-encoding", exchange.getRequestHeaders().getFirst("content-encoding"))
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    http.shutdownNow();
  }
}
