package io.wideevents.gateway.http;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all requests together may take for bodies and events, so that clients cannot
 * exhaust the heap. Reserving never blocks: a request that exceeds the budget is rejected, and its
 * client retries.
 *
 * <p>A client controls how long its bodies take to arrive and how long its replies take to be read.
 * Bodies that are being received therefore have two more limits. Those of one client are limited by
 * the client's share. Those of all clients must leave a part of the budget free for small bodies.
 * Replies count against the client's share.
 *
 * <p>Safe for concurrent use; a {@link Reservation} is for one thread at a time.
 */
final class ByteBudget {
  /**
   * The first bytes of each body, up to this number, count against the client's separate share for
   * small bodies.
   */
  static final int SMALL_BYTES = 64 * 1024;

  private static final int SHARES = 4;
  private static final int KEPT_PART = 8;
  private static final int LARGEST_BODIES_OF_CLIENT = 2;

  private final long total;
  private final long keptForSmall;
  private final long share;
  private final AtomicLong available;
  private final PerClient shares;
  // Small bodies have a separate limit, so that they pass while the client's share is used up.
  private final PerClient smallShares;

  /**
   * @param bytes budget of all requests together
   * @param largestBody limit of a body as sent
   */
  ByteBudget(long bytes, long largestBody) {
    this.total = bytes;
    this.keptForSmall = Math.max(0, Math.min(bytes / KEPT_PART, bytes - largestBody));
    this.available = new AtomicLong(bytes);
    this.share = share(bytes, largestBody);
    this.shares = new PerClient(share);
    this.smallShares = new PerClient(share);
  }

  /**
   * Returns the largest of: a quarter of the budget; two of the largest bodies, limited to half of
   * the budget; one of the largest bodies.
   */
  private static long share(long bytes, long largestBody) {
    long two = Math.min(LARGEST_BODIES_OF_CLIENT * largestBody, bytes / 2);
    return Math.max(bytes / SHARES, Math.max(two, largestBody));
  }

  /** Returns an empty reservation that counts against the whole budget only. */
  Reservation reserve() {
    return new Reservation(null, SMALL_BYTES);
  }

  /** Returns an empty reservation for a body that is being received. */
  Reservation receive(String client) {
    return new Reservation(client, SMALL_BYTES);
  }

  /**
   * Returns an empty reservation for a reply. The reply counts against the client's share for small
   * bodies, so a client that does not read its replies is soon rejected.
   */
  Reservation reply(String client) {
    return new Reservation(client, Long.MAX_VALUE);
  }

  long shareBytes() {
    return share;
  }

  long availableBytes() {
    return available.get();
  }

  long usedBytes() {
    return total - available.get();
  }

  /** Approximate number of clients that have memory reserved for bodies that are being received. */
  int receivingClients() {
    return Math.max(shares.clients(), smallShares.clients());
  }

  /** The memory of one request; released on close. */
  final class Reservation implements AutoCloseable {
    private final long smallBytes;
    private @Nullable String client;
    private long held;

    /**
     * @param smallBytes number of the first bytes that count against the share for small bodies
     */
    private Reservation(@Nullable String client, long smallBytes) {
      this.client = client;
      this.smallBytes = smallBytes;
    }

    Reservation reply(String to) {
      return ByteBudget.this.reply(to);
    }

    /**
     * Reserves more bytes.
     *
     * @throws ProblemException 429 when the budget or the client's share is exceeded, 413 when the
     *     bytes are more than the whole budget; the earlier bytes stay reserved
     */
    void grow(long bytes) {
      Supplier<Problem> rejection = tryGrow(bytes);
      if (rejection != null) {
        throw new ProblemException(rejection.get());
      }
    }

    /**
     * Reserves more bytes without a check of the limits, for the reply to events that are delivered
     * already.
     */
    void growAnyway(long bytes) {
      String to = client;
      if (to != null) {
        smallShares.take(to, bytes);
      }
      available.addAndGet(-bytes);
      held += bytes;
    }

    /**
     * Allocates no {@link Problem} while a partial reservation is made: an {@code OutOfMemoryError}
     * would leak that part.
     */
    private @Nullable Supplier<Problem> tryGrow(long bytes) {
      if (client == null && held + bytes > total) {
        // The request would not fit if it were alone, so a retry is useless.
        return Problems::needsTooMuchMemory;
      }
      String receiving = client;
      long small = receiving == null ? 0 : small(held + bytes) - small(held);
      long large = receiving == null ? 0 : bytes - small;
      long mustStay = receiving != null && held + bytes > SMALL_BYTES ? keptForSmall : 0;
      if (!tryTake(smallShares, receiving, small)) {
        return Problems::clientShareTaken;
      }
      if (!tryTake(shares, receiving, large)) {
        giveBack(smallShares, receiving, small);
        return Problems::clientShareTaken;
      }
      if (available.addAndGet(-bytes) < mustStay) {
        available.addAndGet(bytes);
        giveBack(shares, receiving, large);
        giveBack(smallShares, receiving, small);
        return Problems::overloaded;
      }
      held += bytes;
      return null;
    }

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

    /**
     * Stops counting the reservation against its client's share, because the client can no longer
     * prolong it.
     */
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

    private static boolean tryTake(PerClient shares, @Nullable String client, long bytes) {
      return client == null || bytes == 0 || shares.tryTake(client, bytes);
    }

    private static void giveBack(PerClient shares, @Nullable String client, long bytes) {
      if (client != null && bytes > 0) {
        shares.giveBack(client, bytes);
      }
    }

    private long small(long bytes) {
      return Math.min(bytes, smallBytes);
    }
  }
}
