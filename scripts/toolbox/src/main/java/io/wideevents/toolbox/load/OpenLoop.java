package io.wideevents.toolbox.load;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/**
 * Measures response times under a steady load. Each response time is measured from the time at
 * which the request was due. A server that pauses for a second therefore delays every request of
 * that second, instead of one (no coordinated omission).
 *
 * <p>Several servers get their requests alternately, so that other work of the machine affects all
 * of them equally. Their order is random for each request, so that no server always follows the
 * same other server. Used by one thread at a time; the caller closes this object.
 */
public final class OpenLoop implements AutoCloseable {
  // Limits memory only: a request that waits for a permit is still measured from its due time.
  private static final int MOST_IN_FLIGHT = 1_000;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final double perSecond;

  /**
   * A measured server.
   *
   * @param request makes the request with a given number, from 0; its timeout limits the wait
   * @param isExpected whether an answer with this status is valid
   */
  public record Target(LongFunction<HttpRequest> request, IntPredicate isExpected) {}

  /**
   * @param perSecond requests a second to each server, positive
   */
  public OpenLoop(double perSecond) {
    this.perSecond = perSecond;
  }

  public double perSecond() {
    return perSecond;
  }

  /** Measures one server. */
  public Window run(Target target, Duration duration) throws InterruptedException {
    return run(List.of(target), duration, new Random(0)).getFirst();
  }

  /**
   * Sends requests for {@code duration} and blocks until the last answer.
   *
   * @return the measurement of each server, in the order given
   */
  public List<Window> run(List<Target> targets, Duration duration, Random random)
      throws InterruptedException {
    long start = System.nanoTime();
    List<Recording> recordings = targets.stream().map(Recording::new).toList();
    List<Recording> order = new ArrayList<>(recordings);
    int servers = targets.size();
    long rounds = Math.max(1, (long) (perSecond * duration.toNanos() / 1e9));
    var requests =
        LongStream.range(0, rounds * servers)
            .mapToObj(
                i -> {
                  int place = (int) (i % servers);
                  if (place == 0) {
                    Collections.shuffle(order, random);
                  }
                  return order.get(place).request(i / servers);
                });
    new LoadGenerator(perSecond * servers, MOST_IN_FLIGHT).run(requests.iterator());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    return recordings.stream().map(recording -> recording.window(took)).toList();
  }

  /** Collects the answers of one server. Safe for concurrent use. */
  private final class Recording {
    private final Target target;
    private final Histogram micros = new Histogram(3);
    private long failed;

    Recording(Target target) {
      this.target = target;
    }

    LoadGenerator.Request request(long number) {
      HttpRequest request = target.request().apply(number);
      return due -> {
        boolean valid = isAnswered(request);
        record(valid, System.nanoTime() - due);
      };
    }

    private boolean isAnswered(HttpRequest request) throws InterruptedException {
      try {
        return target.isExpected().test(http.send(request, BodyHandlers.discarding()).statusCode());
      } catch (IOException e) {
        return false;
      }
    }

    private synchronized void record(boolean valid, long nanos) {
      if (valid) {
        micros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
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
