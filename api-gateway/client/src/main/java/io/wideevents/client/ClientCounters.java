package io.wideevents.client;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests to the gateway and their outcomes. Safe for concurrent use. */
final class ClientCounters {
  /** The gateway has some forty codes. What is not a gateway may answer with anything. */
  private static final int MAX_CODES = 100;

  final LongAdder requests = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder delivered = new LongAdder();
  private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();

  void rejected(String code) {
    String key = rejected.size() < MAX_CODES || rejected.containsKey(code) ? code : "other";
    rejected.computeIfAbsent(key, added -> new LongAdder()).increment();
  }

  Map<String, Long> rejected() {
    Map<String, Long> counts = new TreeMap<>();
    rejected.forEach((code, count) -> counts.put(code, count.sum()));
    return counts;
  }
}
