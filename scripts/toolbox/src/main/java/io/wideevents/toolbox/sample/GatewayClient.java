package io.wideevents.toolbox.sample;

import io.wideevents.toolbox.sample.SendSettings.Transfer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * Posts batches to the gateway, and posts the same bytes again after 429, 503 or no answer, which
 * is always safe. Safe for concurrent use.
 */
final class GatewayClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  // Longer than the gateway's own timeout of 8 s, so that the gateway's answer arrives first.
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration FIRST_WAIT = Duration.ofMillis(250);
  private static final String EVENTS_PATH = "/v1/events";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final ReplyReader replies = new ReplyReader();
  private final URI events;
  private final Transfer transfer;
  private final int maxRetries;
  private final Tally tally;
  private final Waiter waiter;

  @FunctionalInterface
  interface Waiter {
    void await(Duration duration) throws InterruptedException;
  }

  /**
   * @param gateway its address; the path of the events is added when it has none
   * @param maxRetries retries of a batch, not negative
   * @param tally counts every answer
   */
  GatewayClient(URI gateway, Transfer transfer, int maxRetries, Tally tally, Waiter waiter) {
    boolean bare = gateway.getPath().isEmpty() || gateway.getPath().equals("/");
    this.events = bare ? gateway.resolve(EVENTS_PATH) : gateway;
    this.transfer = transfer;
    this.maxRetries = maxRetries;
    this.tally = tally;
    this.waiter = waiter;
  }

  /** Posts a batch and blocks until it has a final answer or the retries are used up. */
  void post(EventBatch batch) throws InterruptedException {
    HttpRequest request = request(batch);
    Duration backoff = FIRST_WAIT;
    for (int attempt = 0; ; attempt++) {
      Duration wait = backoff;
      long begin = System.nanoTime();
      try {
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        if (!asksToComeBack(response.statusCode())) {
          tally.acknowledged(System.nanoTime() - begin);
          tally.add(replies.read(response.statusCode(), response.body(), batch.events()));
          return;
        }
        tally.toldToWait(response.statusCode());
        wait = retryAfter(response).orElse(backoff);
      } catch (IOException e) {
        tally.unanswered(e);
      }
      if (attempt == maxRetries) {
        tally.add(PostResult.allUnconfirmed(batch.events()));
        return;
      }
      waiter.await(shorter(wait, LONGEST_WAIT));
      backoff = shorter(backoff.multipliedBy(2), LONGEST_WAIT);
    }
  }

  private HttpRequest request(EventBatch batch) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(events)
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/x-ndjson");
    return switch (transfer) {
      case PLAIN -> request.POST(BodyPublishers.ofByteArray(batch.ndjson())).build();
      case GZIP ->
          request
              .header("Content-Encoding", "gzip")
              .POST(BodyPublishers.ofByteArray(gzip(batch.ndjson())))
              .build();
    };
  }

  private static boolean asksToComeBack(int status) {
    return status == 429 || status == 503;
  }

  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(value -> value.matches("\\d{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot compress in memory", e);
    }
    return compressed.toByteArray();
  }
}
