package io.wideevents.toolbox.load;

import io.wideevents.time.Backoff;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;

/**
 * Posts bodies to the gateway, and posts the same bytes again after 408, 429, 503 or no answer,
 * which is always safe. Safe for concurrent use. The caller closes this object.
 */
public final class LoadClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final String EVENTS_PATH = "/v1/events";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final URI events;
  private final Timing timing;
  private final Tally tally;
  private final Waiter waiter;
  private final Backoff backoff;

  /** Blocks for a time. */
  @FunctionalInterface
  interface Waiter {
    void await(Duration duration) throws InterruptedException;
  }

  /**
   * The timeout of a request and the waits before its retries.
   *
   * @param longestWait limits the backoff and the {@code Retry-After} of the gateway
   */
  public record Timing(Duration requestTimeout, Duration firstWait, Duration longestWait) {
    /** Longer than the gateway's own timeout of 8 s, so that the gateway's answer arrives first. */
    public static final Timing DEFAULT =
        new Timing(Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofSeconds(30));
  }

  /**
   * @param gateway its address; the path of the events is added when it has none
   * @param tally counts every answer
   */
  public LoadClient(URI gateway, Timing timing, Tally tally) {
    this(gateway, timing, tally, Thread::sleep);
  }

  LoadClient(URI gateway, Timing timing, Tally tally, Waiter waiter) {
    boolean bare = gateway.getPath().isEmpty() || gateway.getPath().equals("/");
    this.events = bare ? gateway.resolve(EVENTS_PATH) : gateway;
    this.timing = timing;
    this.tally = tally;
    this.waiter = waiter;
    this.backoff = new Backoff(timing.firstWait(), timing.longestWait(), new Random());
  }

  /**
   * Posts a body and blocks until it has a final answer.
   *
   * @param mayRetry whether to post once more after a given number of failed attempts
   * @return empty if the body has no final answer and must not be posted again
   */
  public Optional<Reply.Final> post(RequestBody body, IntPredicate mayRetry)
      throws InterruptedException {
    HttpRequest request = request(body);
    for (int failures = 1; ; failures++) {
      Duration wait = backoff.after(failures);
      long begin = System.nanoTime();
      try {
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        Reply reply = Reply.read(response.statusCode(), response.body(), body.events());
        tally.replied(response.statusCode());
        if (reply instanceof Reply.Final answer) {
          tally.answered(answer, System.nanoTime() - begin);
          return Optional.of(answer);
        }
        wait = retryAfter(response).orElse(wait);
      } catch (IOException e) {
        tally.unanswered(e);
      }
      if (!mayRetry.test(failures)) {
        tally.unconfirmed(body.events());
        return Optional.empty();
      }
      waiter.await(wait);
    }
  }

  private HttpRequest request(RequestBody body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(events)
            .timeout(timing.requestTimeout())
            .header("Content-Type", body.contentType())
            // Asks for the entries of a large batch, from which the outcomes are read.
            .header("Prefer", "return=representation")
            .POST(BodyPublishers.ofByteArray(body.bytes()));
    body.encoding().ifPresent(encoding -> request.header("Content-Encoding", encoding));
    return request.build();
  }

  private Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(value -> value.matches("\\d{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .map(wait -> wait.compareTo(timing.longestWait()) < 0 ? wait : timing.longestWait());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
