package io.wideevents.gateway.http;

import java.util.concurrent.ConcurrentHashMap;

/**
 * An amount that each client holds, with one limit for each of them. A client that holds nothing
 * takes no memory here. Safe for concurrent use.
 */
final class PerClient {
  private final long limit;
  private final ConcurrentHashMap<String, Long> held = new ConcurrentHashMap<>();

  /**
   * @param limit the most that one client may hold
   */
  PerClient(long limit) {
    this.limit = limit;
  }

  /** Adds to what the client holds, if the sum is within the limit. */
  boolean tryTake(String client, long amount) {
    if (held.merge(client, amount, Long::sum) <= limit) {
      return true;
    }
    giveBack(client, amount);
    return false;
  }

  /** Adds to what the client holds, also beyond the limit. */
  void take(String client, long amount) {
    held.merge(client, amount, Long::sum);
  }

  void giveBack(String client, long amount) {
    held.computeIfPresent(client, (name, now) -> now == amount ? null : now - amount);
  }

  /** How many clients hold something. */
  int clients() {
    return held.size();
  }
}
