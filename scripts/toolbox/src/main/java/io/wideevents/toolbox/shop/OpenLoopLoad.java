package io.wideevents.toolbox.shop;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests at a steady rate, however long the answers take. Each response time is measured
 * from the time at which the request was due, so that a shop that falls behind does not receive
 * fewer requests (no coordinated omission).
 *
 * <p>Requests go to several shops in turn, so that other work of the machine, including work that
 * one shop leaves behind, affects all of them equally. Every shop gets the same requests. The order
 * of the shops is random for each request, so that no shop always follows the same other shop.
 */
final class OpenLoopLoad {
  private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(1);
  private static final int DIGITS = 3;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final double perSecond;

  /**
   * @param perSecond requests a second to each shop
   */
  OpenLoopLoad(HttpClient client, double perSecond) {
    this.client = client;
    this.perSecond = perSecond;
  }

  /**
   * The measurement of one shop.
   *
   * @param micros response times in microseconds
   * @param failures requests without an answer, or with an unexpected status
   */
  record Result(Histogram micros, long failures) {
    /**
     * A percentile in milliseconds.
     *
     * @param percentile 0 to 100
     */
    double millis(double percentile) {
      return micros.getValueAtPercentile(percentile) / 1000.0;
    }
  }

  /** The running measurement of one shop. */
  private record Observed(URI shop, ConcurrentHistogram micros, LongAdder failures) {
    Observed(URI shop) {
      this(shop, new ConcurrentHistogram(MOST_MICROS, DIGITS), new LongAdder());
    }

    void answered(long due, @Nullable HttpResponse<?> reply) {
      long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due);
      micros.recordValue(Math.clamp(took, 1, MOST_MICROS));
      if (reply == null || !isExpected(reply.statusCode())) {
        failures.increment();
      }
    }
  }

  /**
   * Sends requests for {@code duration} and waits for the answers.
   *
   * @param seed the same seed produces the same requests
   * @return the measurement of each shop, in the order given
   */
  List<Result> run(List<URI> shops, Duration duration, long seed) throws InterruptedException {
    int rounds = (int) Math.max(1, duration.toNanos() / 1e9 * perSecond);
    int requests = rounds * shops.size();
    List<Observed> observed = shops.stream().map(Observed::new).toList();
    List<Observed> order = new ArrayList<>(observed);
    Random random = new Random(seed);
    CountDownLatch answered = new CountDownLatch(requests);
    double nanosBetween = 1e9 / (perSecond * shops.size());
    long start = System.nanoTime();
    for (int i = 0; i < requests; i++) {
      int turn = i % shops.size();
      if (turn == 0) {
        Collections.shuffle(order, random);
      }
      Observed asked = order.get(turn);
      long due = start + (long) (i * nanosBetween);
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      var unused =
          client
              .sendAsync(
                  request(asked.shop(), seed + i / shops.size()),
                  HttpResponse.BodyHandlers.discarding())
              .whenComplete(
                  (reply, failure) -> {
                    asked.answered(due, reply);
                    answered.countDown();
                  });
    }
    if (!answered.await(ANSWER_TIMEOUT.toMillis() * 2, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "%d of %d requests have no answer after a minute"
              .formatted(answered.getCount(), requests));
    }
    return observed.stream()
        .map(seen -> new Result(seen.micros().copy(), seen.failures().sum()))
        .toList();
  }

  // The shop's simulated failures are part of the load.
  private static boolean isExpected(int status) {
    return status < 400 || status == 402 || status == 404 || status == 500;
  }

  /** The request with number {@code n}: a checkout, a search or, half of the time, a cart. */
  static HttpRequest request(URI shop, long n) {
    HttpRequest.Builder request = HttpRequest.newBuilder().timeout(ANSWER_TIMEOUT);
    return switch ((int) (n % 4)) {
      case 0 ->
          request
              .uri(shop.resolve("/v1/checkout?n=" + n))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      case 1 -> request.uri(shop.resolve("/v1/search?n=" + n)).build();
      default -> request.uri(shop.resolve("/v1/cart?n=" + n)).build();
    };
  }
}
