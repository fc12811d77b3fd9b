package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The clients' measurements.
 *
 * @param acknowledgedByTier events answered with 2xx; a repeated event counts each time
 * @param latencies from the first attempt to the 2xx, by phase; requests that met a gateway that
 *     was down count for that phase; other requests during which the phase changed count separately
 * @param repliesByStatus all replies
 * @param refusedByCode events that were rejected; all of them were valid
 * @param broken attempts without a reply
 * @param wrongIds events that were acknowledged with an id other than their own
 * @param longestSilence longest time in which no client got a 2xx
 * @param longestSilenceWithGateway the same, without the times in which the gateway was down
 */
record ClientFigures(
    Map<String, Long> acknowledgedByTier,
    Map<String, Latency> latencies,
    Map<Integer, Long> repliesByStatus,
    Map<String, Long> refusedByCode,
    long broken,
    long wrongIds,
    Duration longestSilence,
    Duration longestSilenceWithGateway) {

  ClientFigures {
    acknowledgedByTier = inOrder(acknowledgedByTier);
    latencies = inOrder(latencies);
    repliesByStatus = inOrder(repliesByStatus);
    refusedByCode = inOrder(refusedByCode);
  }

  private static <K, V> Map<K, V> inOrder(Map<K, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
