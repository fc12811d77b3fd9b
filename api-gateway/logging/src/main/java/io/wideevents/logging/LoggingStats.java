package io.wideevents.logging;

import io.wideevents.event.Tier;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What became of a process's own events since it started. The counters add up: {@code finalized =
 * sampledOut + durable + dropped + in flight}.
 *
 * @param finalized requests that ended, each exactly once
 * @param sampledOut events that sampling did not keep
 * @param durable events that a tier confirmed, by tier
 * @param dropped events that are lost, by reason; {@code NOT_CONFIRMED} ones may be stored
 * @param overflowed events that went to the spool because the queue was full or no tier confirmed
 *     them; each is counted once more under what became of it
 * @param lateWrites calls of a context after its event was finalized, which changed nothing
 * @param droppedFields values that were left out or shortened, as events note them
 * @param queuedBytes memory that events in flight take now
 * @param rules how often each sampling rule decided, in their order
 * @param durableAfterMedian time from the end of a request until its event was durable: what
 *     finalized later than this before a kill -9 is lost, in half of the cases
 * @param durableAfterP99 the same for 99 of 100
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

  /** One rule's decisions; in a dry run what it would have dropped. */
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

  /** Events whose fate is not known yet. */
  public long inFlight() {
    return Math.max(0, finalized - sampledOut - durableTotal() - droppedTotal());
  }
}
