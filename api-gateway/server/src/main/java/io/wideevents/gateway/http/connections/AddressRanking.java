package io.wideevents.gateway.http.connections;

import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ranks the addresses that have a connection which may be closed; the address with most connections
 * ranks last. An update takes logarithmic time in the number of addresses. Guarded by the lock of
 * {@link ConnectionGuard}.
 */
final class AddressRanking {
  /**
   * The sort key of an address.
   *
   * @param connections number of its connections; if only connections with requests for health and
   *     metrics could be closed, the number of those, so that a busy address keeps its health check
   * @param order 0 if a slow connection would be closed first, 1 a waiting one, 2 one with a
   *     request for health or metrics
   * @param since {@link ClientConnection#since} of the connection that would be closed first
   */
  record Rank(int connections, int order, long since) implements Comparable<Rank> {
    private static final Comparator<Rank> LAST_TO_FIRST =
        Comparator.comparingInt(Rank::connections)
            .thenComparing(Comparator.comparingInt(Rank::order).reversed())
            .thenComparing(Comparator.comparingLong(Rank::since).reversed());

    @Override
    public int compareTo(Rank other) {
      return LAST_TO_FIRST.compare(this, other);
    }
  }

  private final TreeMap<Rank, ConnectionGroup> addresses = new TreeMap<>();

  void update(ConnectionGroup address) {
    Rank before = address.rank;
    @Nullable Rank now = address.computeRank();
    if (before != null) {
      addresses.remove(before);
    }
    if (now != null) {
      addresses.put(now, address);
    }
    address.rank = now;
  }

  /** The connection to close for a new one; empty when all connections have counted requests. */
  Optional<ClientConnection> victim() {
    return addresses.isEmpty() ? Optional.empty() : addresses.lastEntry().getValue().victim();
  }
}
