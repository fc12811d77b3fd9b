package io.wideevents.gateway.http;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory all requests together may take for bodies and events, so that no mix of clients can
 * exhaust the heap. Never waits: a request that does not fit is refused, and its client comes back.
 *
 * <p>A client decides how long its bodies take to arrive, and how long its replies take to be read.
 * So bodies that are being received are bounded further: those of one client by its share, and
 * those of all clients by a part that is kept for small bodies. Replies count to the client's
 * share.
 *
 * <p>Safe for concurrent use; a {@link Reservation} is for one thread at a time.
 */
final class ByteBudget {
  /** How many bytes of each body the share does not count. */
  static final int SMALL_BYTES = 64 * 1024;

  private static final int SHARES = 4;
  private static final int KEPT_PART = 8;
  private static final int LARGEST_BODIES_OF_CLIENT = 2;

  private final long total;
  private final long keptForSmall;
  private final long share;
  private final AtomicLong available;
  private final PerClient shares;
  // Many small bodies are bounded as well, apart: they must pass while the share is taken.
  private final PerClient smallShares;

  /**
   * @param bytes for all requests together
   * @param largestBody bytes of the largest body as sent
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
   * A quarter, but enough for two of the largest bodies at a time if that is not more than half,
   * and for one in any case.
   */
  private static long share(long bytes, long largestBody) {
    long two = Math.min(LARGEST_BODIES_OF_CLIENT * largestBody, bytes / 2);
    return Math.max(bytes / SHARES, Math.max(two, largestBody));
  }

  /** A reservation of nothing yet, from the whole budget. */
  Reservation reserve() {
    return new Reservation(null, SMALL_BYTES);
  }

  /** A reservation of nothing yet, for a body that is being received. */
  Reservation receive(String client) {
    return new Reservation(client, SMALL_BYTES);
  }

  /**
   * A reservation of nothing yet, for a reply. It counts to what the client's small bodies take, so
   * a client that reads no replies is soon rejected.
   */
  Reservation reply(String client) {
    return new Reservation(client, Long.MAX_VALUE);
  }

  /** What one client may hold. */
  long shareBytes() {
    return share;
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
    private final long smallBytes;
    private @Nullable String client;
    private long held;

    /**
     * @param smallBytes how many of the first bytes count to the share of small bodies
     */
    private Reservation(@Nullable String client, long smallBytes) {
      this.client = client;
      this.smallBytes = smallBytes;
    }

    /** A reservation of nothing yet, for the reply to the request. */
    Reservation reply(String to) {
      return ByteBudget.this.reply(to);
    }

    /**
     * Takes more.
     *
     * @throws ProblemException 429 when not enough is left, of the budget or of the client's share;
     *     what is held already stays held
     */
    void grow(long bytes) {
      Supplier<Problem> rejection = tryGrow(bytes);
      if (rejection != null) {
        throw new ProblemException(rejection.get());
      }
    }

    /** Takes more, whatever is left: for a reply whose events are delivered. */
    void growAnyway(long bytes) {
      String to = client;
      if (to != null) {
        smallShares.take(to, bytes);
      }
      available.addAndGet(-bytes);
      held += bytes;
    }

    /** Allocates no problem while a part is taken: without memory, that part would stay taken. */
    private @Nullable Supplier<Problem> tryGrow(long bytes) {
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
