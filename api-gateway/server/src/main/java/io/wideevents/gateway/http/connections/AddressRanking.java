package io.wideevents.gateway.http.connections;

import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that have a connection which may be closed, those with most connections first. An
 * address takes its new rank in a time that grows with the logarithm of the number of addresses.
 * Guarded by the lock of {@link ConnectionGuard}.
 */
final class AddressRanking {
  /**
   * What an address is ranked by.
   *
   * @param connections how many connections it has; when only requests for health and metrics could
   *     be closed, how many of those, so that a busy address keeps its health check
   * @param order how early the connection that would be closed is to be closed among equal ones
   * @param since when that connection began to wait
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

  /** Takes note of what changed at an address. */
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

  /** The connection to close for a new one; empty when all have counted requests. */
  Optional<ClientConnection> victim() {
    return addresses.isEmpty() ? Optional.empty() : addresses.lastEntry().getValue().victim();
  }
}
