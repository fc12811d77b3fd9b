package io.wideevents.gateway.http.connections;

import io.wideevents.gateway.http.connections.AddressRanking.Rank;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one address, or of all addresses, with those that may be closed in the order
 * in which they are closed. Every operation takes constant time. Guarded by the lock of {@link
 * ConnectionGuard}.
 */
final class ConnectionGroup {
  // Each set is in insertion order.
  private final Set<ClientConnection> slow = new LinkedHashSet<>();
  private final Set<ClientConnection> waiting = new LinkedHashSet<>();
  private final Set<ClientConnection> reserved = new LinkedHashSet<>();

  /** The rank in {@link AddressRanking}; null when no connection may be closed. */
  @Nullable Rank rank;

  private int connections;
  private int requests;

  void opened() {
    connections++;
  }

  void closed() {
    connections--;
  }

  int connections() {
    return connections;
  }

  void requestBegan() {
    requests++;
  }

  void requestEnded() {
    requests--;
  }

  int requests() {
    return requests;
  }

  int reservedRequests() {
    return reserved.size();
  }

  boolean isEmpty() {
    return connections == 0 && requests == 0;
  }

  void move(ClientConnection connection, ClientConnection.State from, ClientConnection.State to) {
    remove(connection, from);
    switch (to) {
      case SLOW -> slow.add(connection);
      case WAITING -> waiting.add(connection);
      case RESERVED -> reserved.add(connection);
      case COUNTED, CLOSED -> {}
    }
  }

  private void remove(ClientConnection connection, ClientConnection.State from) {
    switch (from) {
      case SLOW -> slow.remove(connection);
      case WAITING -> waiting.remove(connection);
      case RESERVED -> reserved.remove(connection);
      case COUNTED, CLOSED -> {}
    }
  }

  /**
   * The connection to close for a new one: the first slow connection, else the one that has waited
   * longest, else the one whose request for health or metrics has lasted longest. Empty when all
   * connections have counted requests.
   */
  Optional<ClientConnection> victim() {
    return first(slow).or(() -> first(waiting)).or(() -> first(reserved));
  }

  /** Computes the rank from the current connections; null when no connection may be closed. */
  @Nullable Rank computeRank() {
    ClientConnection next = victim().orElse(null);
    if (next == null) {
      return null;
    }
    boolean isHealth = slow.isEmpty() && waiting.isEmpty();
    int order = !slow.isEmpty() ? 0 : isHealth ? 2 : 1;
    return new Rank(isHealth ? reserved.size() : connections, order, next.since);
  }

  private static Optional<ClientConnection> first(Set<ClientConnection> set) {
    return set.isEmpty() ? Optional.empty() : Optional.of(set.iterator().next());
  }
}
