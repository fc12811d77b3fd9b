package io.wideevents.logging;

import io.wideevents.event.Tier;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Counters of a process's own events since its start. They add up: {@code finalized = sampledOut +
 * durable + dropped + in flight}.
 *
 * @param finalized requests that ended, each counted once
 * @param sampledOut events that sampling did not keep
 * @param durable events that a tier acknowledged, by tier
 * @param dropped events that are lost, by reason; those with {@code NOT_CONFIRMED} may be stored
 * @param overflowed events that were sent to the spool because the queue was full, no tier
 *     acknowledged them, or the service was closing; each is counted by its outcome as well
 * @param lateWrites calls of a context after its event was finalized, which changed nothing
 * @param droppedFields values that were left out or shortened, as recorded in the events
 * @param queuedBytes bytes of memory that pending events take now
 * @param rules decisions of each sampling rule, in the order of the rules
 * @param durableAfterMedian median time from the end of a request until its event was durable; a
 *     kill -9 loses an event that was finalized later than this before it, in half of the cases
 * @param durableAfterP99 the 99th percentile of that time
 */
public record LoggingStats(
    long finalized,
    long sampledOut,
    Map<Tier, Long> durable,
    Map<DropReason, Long> dropped,
    long overflowed,
    long lateWrites,
    long droppedFields,
    long queuedBytes,
    List<Rule> rules,
    Duration durableAfterMedian,
    Duration durableAfterP99) {

  /**
   * The decisions of one rule; in a dry run {@code dropped} counts what the rule would have
   * dropped.
   */
  public record Rule(String name, long kept, long dropped) {}

  public LoggingStats {
    durable = Map.copyOf(durable);
    dropped = Map.copyOf(dropped);
    rules = List.copyOf(rules);
  }

  public long durableTotal() {
    return durable.values().stream().mapToLong(Long::longValue).sum();
  }

  public long droppedTotal() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Number of events without an outcome. */
  public long inFlight() {
    return Math.max(0, finalized - sampledOut - durableTotal() - droppedTotal());
  }
}
