package io.wideevents.client;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes one request at a time with the JDK's HTTP client. {@link #post} blocks until the reply has
 * arrived, for the timeout at most. {@link #close}, on any thread, ends a request that is waiting.
 */
final class GatewayClient implements AutoCloseable {
  private final SenderSettings settings;
  private final HttpClient http;
  private volatile @Nullable CompletableFuture<?> waiting;
  private volatile boolean closed;

  GatewayClient(SenderSettings settings) {
    this.settings = settings;
    this.http =
        HttpClient.newBuilder()
            // HTTP/2 would add an upgrade to each first request of a connection.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .build();
  }

  /**
   * Posts a body.
   *
   * @param body a gzipped array of {@code events} events
   * @param longest limit of the wait, if it is less than the setting
   */
  Attempt post(byte[] body, int events, Duration longest) {
    Duration timeout = longest.compareTo(settings.timeout()) < 0 ? longest : settings.timeout();
    CompletableFuture<HttpResponse<byte[]>> reply =
        http.sendAsync(request(body, timeout), info -> new LimitedBody());
    waiting = reply;
    // Read after the write above: either this thread sees the flag, or close() sees the request.
    if (closed) {
      reply.cancel(true);
    }
    try {
      HttpResponse<byte[]> response = await(reply, timeout);
      return GatewayReply.read(
          response.statusCode(),
          response.headers().firstValue("retry-after"),
          response.body(),
          events);
    } catch (TimeoutException e) {
      // The client's own timeout ends with the headers of the reply. This one includes its body.
      reply.cancel(true);
      return failed("no reply within " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return failed(cause.getClass().getSimpleName() + detail(cause));
    } catch (CancellationException e) {
      return failed("the client is closing");
    } finally {
      waiting = null;
    }
  }

  private HttpRequest request(byte[] body, Duration timeout) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.eventsUrl())
            .timeout(timeout.isZero() ? Duration.ofNanos(1) : timeout)
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .header("accept", "application/json, application/problem+json")
            .header("prefer", "return=minimal")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    settings.apiKey().ifPresent(key -> request.header("authorization", "Bearer " + key));
    return request.build();
  }

  private static Attempt failed(String reason) {
    return new Attempt.Failed(reason, Optional.empty());
  }

  private static String detail(Throwable cause) {
    // The message may contain what the server sent.
    return cause.getMessage() == null ? "" : ": " + GatewayReply.cut(cause.getMessage());
  }

  /** Like {@code get}. An interrupt does not end the wait; the flag is set again at the end. */
  private static <T> T await(CompletableFuture<T> future, Duration timeout)
      throws ExecutionException, TimeoutException {
    long end = System.nanoTime() + timeout.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the request that is waiting, and the threads of the HTTP client. Idempotent. */
  @Override
  public void close() {
    closed = true;
    CompletableFuture<?> reply = waiting;
    if (reply != null) {
      reply.cancel(true);
    }
    http.shutdownNow();
  }
}
