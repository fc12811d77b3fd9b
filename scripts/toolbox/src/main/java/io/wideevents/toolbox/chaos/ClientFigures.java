package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the clients saw.
 *
 * @param acknowledgedByTier events answered with 2xx, repeated ones each time
 * @param latencies from the first attempt to the 2xx, by phase; those that met a gateway that was
 *     down are with that phase, others that saw the phase change are apart
 * @param repliesByStatus all replies
 * @param refusedByCode events that were refused for good; all of them were valid
 * @param broken attempts without a reply
 * @param wrongIds events that were acknowledged under an id that is not theirs
 * @param longestSilence longest time in which no client got a 2xx
 * @param longestSilenceWithGateway the same, times in which the gateway was down left out
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
