package io.wideevents.toolbox.shop;

import io.wideevents.logging.LoggingStats;

/**
 * A shop's report about itself, as {@code GET /stats} returns it.
 *
 * @param cpuNanos CPU time of the process, in nanoseconds
 * @param finalized events of the shop's requests
 * @param durable finalized events that are durable
 * @param dropped finalized events that are lost
 */
record ShopStats(
    long cpuNanos,
    long finalized,
    long durable,
    long dropped,
    double durableAfterP50Ms,
    double durableAfterP99Ms) {
  static ShopStats withoutLogging(long cpuNanos) {
    return new ShopStats(cpuNanos, 0, 0, 0, 0, 0);
  }

  static ShopStats of(long cpuNanos, LoggingStats logging) {
    return new ShopStats(
        cpuNanos,
        logging.finalized(),
        logging.durableTotal(),
        logging.droppedTotal(),
        logging.durableAfterMedian().toNanos() / 1e6,
        logging.durableAfterP99().toNanos() / 1e6);
  }
}
