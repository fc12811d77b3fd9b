package io.wideevents.client;

import java.util.Map;

/**
 * Counters of the requests to the gateway since the start.
 *
 * @param requests requests that were made
 * @param retries requests that failed, each of which was made again
 * @param delivered events that the gateway confirmed as durable
 * @param rejected events that the gateway rejected and would reject again, by code
 * @param journalBytes bytes in the journal; 0 without a journal
 * @param damagedBytes bytes of the journal that cannot be read; they are in files that end in
 *     {@code .damaged}
 */
public record ClientStats(
    long requests,
    long retries,
    long delivered,
    Map<String, Long> rejected,
    long journalBytes,
    long damagedBytes) {
  public ClientStats {
    rejected = Map.copyOf(rejected);
  }

  /** Number of events that the gateway rejected. */
  public long rejectedTotal() {
    return rejected.values().stream().mapToLong(Long::longValue).sum();
  }
}
