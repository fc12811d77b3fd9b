package io.wideevents.gateway.http;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory all requests together may take for bodies and events, so that no mix of clients can
 * exhaust the heap. Never waits: a request that does not fit is refused, and its client comes back.
 *
 * <p>A client decides how long its bodies take to arrive. So bodies that are being received are
 * bounded further: those of one client by its share, and those of all clients by a part that is
 * kept for small bodies.
 *
 * <p>Safe for concurrent use; a {@link Reservation} is for one thread at a time.
 */
final class ByteBudget {
  /** What a body of 64 KiB takes while its buffer grows: the share does not count it. */
  static final int SMALL_BYTES = 96 * 1024;

  private static final int SHARES = 4;
  private static final int KEPT_PART = 8;

  private final long total;
  private final long keptForSmall;
  private final AtomicLong available;
  private final PerClient shares;
  // Many small bodies are bounded as well, apart: they must pass while the share is taken.
  private final PerClient smallShares;

  /**
   * @param bytes for all requests together
   * @param largestUpload what the largest body takes while it is being received; a client's share
   *     is at least that
   */
  ByteBudget(long bytes, long largestUpload) {
    this.total = bytes;
    this.keptForSmall = Math.max(0, Math.min(bytes / KEPT_PART, bytes - largestUpload));
    this.available = new AtomicLong(bytes);
    long share = Math.max(bytes / SHARES, largestUpload);
    this.shares = new PerClient(share);
    this.smallShares = new PerClient(share);
  }

  /** A reservation of nothing yet, from the whole budget. */
  Reservation reserve() {
    return new Reservation(null);
  }

  /** A reservation of nothing yet, for a body that is being received. */
  Reservation receive(String client) {
    return new Reservation(client);
  }

  /** What is not reserved now. */
  long availableBytes() {
    return available.get();
  }

  /** What is reserved now. */
  long usedBytes() {
    return total - available.get();
  }

  /** How many clients hold memory for bodies that are being received, about. */
  int receivingClients() {
    return Math.max(shares.clients(), smallShares.clients());
  }

  /** One request's memory; given back when closed. */
  final class Reservation implements AutoCloseable {
    private @Nullable String client;
    private long held;

    private Reservation(@Nullable String client) {
      this.client = client;
    }

    /**
     * Takes more.
     *
     * @throws ProblemException 429 when not enough is left, of the budget or of the client's share;
     *     what is held already stays held
     */
    void grow(long bytes) {
      String receiving = client;
      if (receiving == null) {
        take(bytes, 0);
      } else {
        long small = small(held + bytes) - small(held);
        takeShare(smallShares, receiving, small);
        try {
          takeShare(shares, receiving, bytes - small);
          try {
            take(bytes, held + bytes > SMALL_BYTES ? keptForSmall : 0);
          } catch (ProblemException e) {
            giveBack(shares, receiving, bytes - small);
            throw e;
          }
        } catch (ProblemException e) {
          giveBack(smallShares, receiving, small);
          throw e;
        }
      }
      held += bytes;
    }

    /** Gives back a part. */
    void shrink(long bytes) {
      String receiving = client;
      if (receiving != null) {
        long small = small(held) - small(held - bytes);
        giveBack(smallShares, receiving, small);
        giveBack(shares, receiving, bytes - small);
      }
      held -= bytes;
      available.addAndGet(bytes);
    }

    /** The client no longer decides how long this is held: it does not count to its share. */
    void received() {
      String receiving = client;
      if (receiving != null) {
        giveBack(smallShares, receiving, small(held));
        giveBack(shares, receiving, held - small(held));
        client = null;
      }
    }

    @Override
    public void close() {
      shrink(held);
    }

    private void take(long bytes, long mustStay) {
      if (available.addAndGet(-bytes) < mustStay) {
        available.addAndGet(bytes);
        throw new ProblemException(Problems.overloaded());
      }
    }

    private static void takeShare(PerClient shares, String client, long bytes) {
      if (bytes > 0 && !shares.tryTake(client, bytes)) {
        throw new ProblemException(Problems.clientShareTaken());
      }
    }

    private static void giveBack(PerClient shares, String client, long bytes) {
      if (bytes > 0) {
        shares.giveBack(client, bytes);
      }
    }

    private static long small(long bytes) {
      return Math.min(bytes, SMALL_BYTES);
    }
  }
}
