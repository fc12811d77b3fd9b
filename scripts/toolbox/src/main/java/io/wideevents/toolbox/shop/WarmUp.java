package io.wideevents.toolbox.shop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Sends requests to each shop from a few clients without a pause, so that the JIT compiles what it
 * would compile in a long-running service. Each client waits for its answer, so that slow shops are
 * not overloaded.
 */
final class WarmUp {
  private static final int CLIENTS_PER_SHOP = 3;

  private final HttpClient client;
  private final AtomicLong numbers = new AtomicLong();

  WarmUp(HttpClient client) {
    this.client = client;
  }

  /**
   * Sends requests until {@code duration} has passed.
   *
   * @throws java.util.concurrent.CompletionException if a shop does not answer
   */
  void run(List<URI> shops, Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    try (ExecutorService clients = Executors.newCachedThreadPool()) {
      List<CompletableFuture<Void>> done =
          Stream.generate(() -> shops)
              .limit(CLIENTS_PER_SHOP)
              .flatMap(List::stream)
              .map(shop -> CompletableFuture.runAsync(() -> askUntil(end, shop), clients))
              .toList();
      done.forEach(CompletableFuture::join);
    }
  }

  private void askUntil(long end, URI shop) {
    try {
      while (System.nanoTime() - end < 0) {
        client.send(
            OpenLoopLoad.request(shop, numbers.incrementAndGet()),
            HttpResponse.BodyHandlers.discarding());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The shop at " + shop + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
