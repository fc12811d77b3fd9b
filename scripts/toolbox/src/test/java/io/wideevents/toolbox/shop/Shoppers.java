package io.wideevents.toolbox.shop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Clients of one shop that request without a pause until it is gone, each request with an id of its
 * own, and remember which were answered and when. They ask again for nothing. Safe for concurrent
 * use.
 */
final class Shoppers implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String ID_HEADER = "X-Request-Id";
  private static final String[] PATHS = {"/v1/search", "/v1/cart", "/v1/checkout"};

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService clients = Executors.newCachedThreadPool();
  private final Map<String, Long> answeredAtNanos = new ConcurrentHashMap<>();
  private final String name;
  private final URI shop;
  private final CountDownLatch awaited;

  /**
   * Clients that do nothing yet.
   *
   * @param name what their request ids begin with
   * @param answers after how many {@link #awaitAnswers} returns
   */
  Shoppers(String name, URI shop, int answers) {
    this.name = name;
    this.shop = shop;
    this.awaited = new CountDownLatch(answers);
  }

  void start(int count) {
    for (int client = 0; client < count; client++) {
      String prefix = name + "-" + client;
      clients.execute(() -> shop(prefix));
    }
  }

  private void shop(String prefix) {
    for (int n = 0; request(prefix + "-" + n, PATHS[n % PATHS.length]); n++) {
      awaited.countDown();
    }
  }

  /** Requests once; false when the shop is gone. */
  boolean request(String id, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(shop.resolve(path + "?n=" + id))
            .timeout(TIMEOUT)
            .header(ID_HEADER, id);
    if (path.equals("/v1/checkout")) {
      request.POST(BodyPublishers.noBody());
    }
    try {
      HttpResponse<String> reply = http.send(request.build(), BodyHandlers.ofString());
      long now = System.nanoTime();
      answeredAtNanos.put(reply.headers().firstValue(ID_HEADER).orElseThrow(), now);
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Blocks until so many requests were answered as were named at the start. */
  void awaitAnswers() throws InterruptedException {
    awaited.await();
  }

  /** The ids that answers carried, and when these had arrived, on the monotonic clock. */
  Map<String, Long> answeredAtNanos() {
    return Map.copyOf(answeredAtNanos);
  }

  /** Returns when every client has noticed that the shop is gone. */
  @Override
  public void close() {
    clients.close();
    http.close();
  }
}
