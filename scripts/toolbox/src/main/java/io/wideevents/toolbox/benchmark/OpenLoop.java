package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.sample.SampleTraffic;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Posts single events at a steady rate, however long the answers take. Each latency is measured
 * from the time at which the request was due. A gateway that pauses for a second therefore delays
 * every request of that second, instead of one (no coordinated omission). Used by one thread at a
 * time; the caller closes it.
 */
final class OpenLoop implements AutoCloseable {
  // Limits memory only: a request that waits for a permit is still measured from its due time.
  private static final int MOST_UNDER_WAY = 1_000;
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final SampleTraffic traffic;
  private final double requestsPerSecond;

  /**
   * @param requestsPerSecond positive
   */
  OpenLoop(long seed, double requestsPerSecond) {
    this.traffic = new SampleTraffic(seed, Instant.now());
    this.requestsPerSecond = requestsPerSecond;
  }

  double requestsPerSecond() {
    return requestsPerSecond;
  }

  /**
   * Posts for {@code duration} and blocks until the last answer has arrived.
   *
   * @param gateway its address, without a path
   */
  Window run(URI gateway, Duration duration) throws InterruptedException {
    URI events = gateway.resolve("/v1/events");
    Recording recording = new Recording();
    Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
    long start = System.nanoTime();
    long count = (long) (requestsPerSecond * duration.toNanos() / 1e9);
    for (long i = 0; i < count; i++) {
      long due = start + (long) (i * 1e9 / requestsPerSecond);
      TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
      underWay.acquire();
      HttpRequest request =
          HttpRequest.newBuilder(events)
              .timeout(REQUEST_TIMEOUT)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofByteArray(traffic.next()))
              .build();
      var unused =
          http.sendAsync(request, BodyHandlers.discarding())
              .whenComplete(
                  (response, failure) -> {
                    recording.add(response, System.nanoTime() - due);
                    underWay.release();
                  });
    }
    underWay.acquire(MOST_UNDER_WAY);
    return recording.window(Duration.ofNanos(System.nanoTime() - start));
  }

  /** Collects the answers of one window. Safe for concurrent use. */
  private static final class Recording {
    private final Histogram micros = new Histogram(3);
    private long failed;

    synchronized void add(@Nullable HttpResponse<?> response, long nanos) {
      if (response != null && response.statusCode() == 202) {
        micros.recordValue(TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos)));
      } else {
        failed++;
      }
    }

    synchronized Window window(Duration took) {
      return new Window(micros.copy(), failed, took);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
