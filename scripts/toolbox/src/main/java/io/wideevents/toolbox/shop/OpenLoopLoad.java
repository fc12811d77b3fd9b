package io.wideevents.toolbox.shop;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Requests at a steady pace, however long the answers take. Each is timed from the moment it was
 * due, so that a shop that falls behind cannot hide it by being asked less (no coordinated
 * omission).
 */
final class OpenLoopLoad {
  private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(1);
  private static final int DIGITS = 3;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final double perSecond;

  /**
   * @param perSecond requests a second
   */
  OpenLoopLoad(HttpClient client, double perSecond) {
    this.client = client;
    this.perSecond = perSecond;
  }

  /**
   * What a run saw.
   *
   * @param micros response times in microseconds
   * @param failures requests without an answer, or with one that the shop never gives
   */
  record Result(Histogram micros, long failures) {
    /** Nothing yet. */
    static Result none() {
      return new Result(new Histogram(MOST_MICROS, DIGITS), 0);
    }

    /** Both together. */
    Result plus(Result other) {
      Histogram sum = micros.copy();
      sum.add(other.micros);
      return new Result(sum, failures + other.failures);
    }

    /** A quantile in milliseconds, 0 to 100. */
    double millis(double percentile) {
      return micros.getValueAtPercentile(percentile) / 1000.0;
    }
  }

  /**
   * Sends for a while and waits for the answers.
   *
   * @param seed the same seed, the same requests
   */
  Result run(URI shop, Duration duration, long seed) throws InterruptedException {
    int requests = (int) Math.max(1, duration.toNanos() / 1e9 * perSecond);
    ConcurrentHistogram micros = new ConcurrentHistogram(MOST_MICROS, DIGITS);
    LongAdder failures = new LongAdder();
    CountDownLatch answered = new CountDownLatch(requests);
    long start = System.nanoTime();
    for (int i = 0; i < requests; i++) {
      long due = start + (long) (i * 1e9 / perSecond);
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      var unused =
          client
              .sendAsync(request(shop, seed + i), HttpResponse.BodyHandlers.discarding())
              .whenComplete(
                  (reply, failure) -> {
                    long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due);
                    micros.recordValue(Math.clamp(took, 1, MOST_MICROS));
                    if (failure != null || !isExpected(reply.statusCode())) {
                      failures.increment();
                    }
                    answered.countDown();
                  });
    }
    if (!answered.await(ANSWER_TIMEOUT.toMillis() * 2, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "%d of %d requests have no answer after a minute"
              .formatted(answered.getCount(), requests));
    }
    return new Result(micros.copy(), failures.sum());
  }

  // The shop's own failures belong to the load.
  private static boolean isExpected(int status) {
    return status < 400 || status == 402 || status == 404 || status == 500;
  }

  private static HttpRequest request(URI shop, long n) {
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
