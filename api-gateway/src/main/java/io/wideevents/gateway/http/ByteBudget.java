package io.wideevents.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory all requests together may take for bodies and events, so that no mix of clients can
 * exhaust the heap. Never waits: a request that does not fit is refused, and its client comes back.
 *
 * <p>Safe for concurrent use; a {@link Reservation} is for one thread.
 */
final class ByteBudget {
  private final long total;
  private final AtomicLong available;

  /**
   * @param bytes for all requests together
   */
  ByteBudget(long bytes) {
    this.total = bytes;
    this.available = new AtomicLong(bytes);
  }

  /** A reservation of nothing yet. */
  Reservation reserve() {
    return new Reservation();
  }

  /** What is not reserved now. */
  long availableBytes() {
    return available.get();
  }

  /** What is reserved now. */
  long usedBytes() {
    return total - available.get();
  }

  /** One request's share; given back when closed. */
  final class Reservation implements AutoCloseable {
    private long held;

    private Reservation() {}

    /**
     * Takes more.
     *
     * @throws ProblemException 429 when not enough is left; what is held already stays held
     */
    void grow(long bytes) {
      if (available.addAndGet(-bytes) < 0) {
        available.addAndGet(bytes);
        throw new ProblemException(Problems.overloaded());
      }
      held += bytes;
    }

    /** Gives back a part. */
    void shrink(long bytes) {
      held -= bytes;
      available.addAndGet(bytes);
    }

    @Override
    public void close() {
      shrink(held);
    }
  }
}
