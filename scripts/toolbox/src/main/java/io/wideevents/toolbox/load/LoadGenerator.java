package io.wideevents.toolbox.load;

import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests at a steady rate, however long the answers take (an open loop). Each request runs
 * on its own virtual thread. If too many requests are in flight, the next request waits and keeps
 * its due time. The requests after it catch up.
 */
public final class LoadGenerator {
  private final double perSecond;
  private final int mostInFlight;

  /** One request with its retries. */
  @FunctionalInterface
  public interface Request {
    /**
     * Sends the request and blocks until its outcome is known.
     *
     * @param dueNanos when it was due, a value of {@link System#nanoTime}
     */
    void send(long dueNanos) throws InterruptedException;
  }

  /**
   * @param perSecond requests a second; 0 for no limit
   * @param mostInFlight requests at the same time, at least 1
   */
  public LoadGenerator(double perSecond, int mostInFlight) {
    this.perSecond = perSecond;
    this.mostInFlight = mostInFlight;
  }

  /**
   * Sends requests and blocks until the last outcome is known.
   *
   * @param requests used by the calling thread alone
   * @throws IllegalStateException if a request failed with an exception; no further request is sent
   */
  public void run(Iterator<? extends Request> requests) throws InterruptedException {
    Semaphore permits = new Semaphore(mostInFlight);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Schedule schedule = new Schedule(perSecond);
      while (failure.get() == null && requests.hasNext()) {
        Request request = requests.next();
        long due = schedule.awaitNext();
        permits.acquire();
        threads.execute(
            () -> {
              try {
                request.send(due);
              } catch (InterruptedException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
              } finally {
                permits.release();
              }
            });
      }
      permits.acquire(mostInFlight);
    } finally {
      threads.shutdownNow();
    }
    Throwable first = failure.get();
    if (first != null) {
      throw new IllegalStateException("A request failed: " + first, first);
    }
  }
}
