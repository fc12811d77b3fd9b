package io.wideevents.query.http;

import io.wideevents.query.QueryException;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits the replies that are in memory at the same time. One client gets three quarters of them,
 * so that a client that does not read its replies does not lock out the others. Safe for concurrent
 * use.
 */
final class ReplyPermits {
  private static final int REPLIES_PER_QUERY = 4;
  // A reply holds up to 8 MiB of events while its client reads it.
  private static final long REPLY_BYTES = 8L << 20;
  // The posts of events need most of the heap.
  private static final int HEAP_PART = 4;
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);

  private final Semaphore all;
  private final int perClient;
  private final Map<String, Client> clients = new HashMap<>();

  /** The replies of one client, and the requests that have or want one. */
  private static final class Client {
    private final Semaphore permits;
    private int requests;

    Client(int permits) {
      this.permits = new Semaphore(permits, true);
    }
  }

  ReplyPermits(int atOnce) {
    this.all = new Semaphore(atOnce, true);
    this.perClient = Math.max(1, atOnce * 3 / 4);
  }

  /** The number of replies that may be in memory together: a quarter of the heap, at least two. */
  static int atOnce(int concurrency, long heapBytes) {
    long fitting = heapBytes / HEAP_PART / REPLY_BYTES;
    return Math.clamp(fitting, 2, REPLIES_PER_QUERY * concurrency);
  }

  /**
   * Waits for a permit, for a second at most.
   *
   * @param name of the client
   * @return releases the permit; called once
   * @throws QueryException 429 {@code query_busy}
   */
  Runnable take(String name) throws InterruptedException {
    Deadline deadline = Deadline.after(MAX_WAIT);
    Client client = enter(name);
    boolean ofClient = false;
    boolean taken = false;
    try {
      ofClient = tryTake(client.permits, deadline);
      if (!ofClient) {
        throw busy("Too many replies to queries of this client are being written");
      }
      taken = tryTake(all, deadline);
      if (!taken) {
        throw busy("Too many replies to queries are being written");
      }
    } finally {
      if (!taken && ofClient) {
        client.permits.release();
      }
      if (!taken) {
        leave(name);
      }
    }
    return () -> {
      all.release();
      client.permits.release();
      leave(name);
    };
  }

  private static boolean tryTake(Semaphore permits, Deadline deadline) throws InterruptedException {
    return permits.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized Client enter(String name) {
    Client client = clients.computeIfAbsent(name, key -> new Client(perClient));
    client.requests++;
    return client;
  }

  private synchronized void leave(String name) {
    Client client = Objects.requireNonNull(clients.get(name));
    client.requests--;
    if (client.requests == 0) {
      clients.remove(name);
    }
  }

  private static QueryException busy(String detail) {
    return new QueryException(
            429,
            "query_busy",
            detail,
            "Read the replies, and ask again after Retry-After; the limit follows from the"
                + " setting QUERY_CONCURRENCY and from the heap")
        .withHeader("Retry-After", "1");
  }
}
