package io.wideevents.gateway.http;

import java.util.concurrent.ConcurrentHashMap;

/**
 * An amount per client, with one limit for each client. A client whose amount is 0 takes no memory
 * here. Safe for concurrent use.
 */
final class PerClient {
  private final long limit;
  private final ConcurrentHashMap<String, Long> held = new ConcurrentHashMap<>();

  PerClient(long limit) {
    this.limit = limit;
  }

  /** Adds to the client's amount and returns true, if the sum is within the limit. */
  boolean tryTake(String client, long amount) {
    if (held.merge(client, amount, Long::sum) <= limit) {
      return true;
    }
    giveBack(client, amount);
    return false;
  }

  /** Adds to the client's amount, even beyond the limit. */
  void take(String client, long amount) {
    held.merge(client, amount, Long::sum);
  }

  void giveBack(String client, long amount) {
    held.computeIfPresent(client, (name, now) -> now == amount ? null : now - amount);
  }

  int clients() {
    return held.size();
  }
}
