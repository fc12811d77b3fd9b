package io.wideevents.logging;

import io.wideevents.event.Tier;
import io.wideevents.logging.sampling.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts the events of this process by outcome. Safe for concurrent use; never blocks. */
final class LoggingCounters {
  final LongAdder finalized = new LongAdder();
  final LongAdder sampledOut = new LongAdder();
  final LongAdder overflowed = new LongAdder();
  final LongAdder lateWrites = new LongAdder();
  final LongAdder droppedFields = new LongAdder();

  private final Sampling sampling;
  private final LongAdder[] ruleKept;
  private final LongAdder[] ruleDropped;
  private final Map<Tier, LongAdder> durable = new EnumMap<>(Tier.class);
  private final Map<DropReason, LongAdder> dropped = new EnumMap<>(DropReason.class);
  private final TimeToDurable timeToDurable = new TimeToDurable();

  LoggingCounters(Sampling sampling) {
    this.sampling = sampling;
    this.ruleKept = adders(sampling.rules().size() + 1);
    this.ruleDropped = adders(sampling.rules().size() + 1);
    for (Tier tier : Tier.values()) {
      durable.put(tier, new LongAdder());
    }
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  void decided(Sampling.Decision decision) {
    (decision.kept() ? ruleKept : ruleDropped)[decision.ruleIndex()].increment();
  }

  void durable(Tier tier, long nanosSinceFinalized) {
    adder(durable, tier).increment();
    timeToDurable.record(nanosSinceFinalized);
  }

  void dropped(DropReason reason, long events) {
    adder(dropped, reason).add(events);
  }

  LoggingStats snapshot(long queuedBytes) {
    Map<Tier, Long> byTier = new EnumMap<>(Tier.class);
    durable.forEach((tier, count) -> byTier.put(tier, count.sum()));
    Map<DropReason, Long> byReason = new EnumMap<>(DropReason.class);
    dropped.forEach((reason, count) -> byReason.put(reason, count.sum()));
    List<LoggingStats.Rule> rules = new ArrayList<>();
    for (int i = 0; i < sampling.rules().size(); i++) {
      rules.add(
          new LoggingStats.Rule(
              sampling.rules().get(i).name(), ruleKept[i].sum(), ruleDropped[i].sum()));
    }
    return new LoggingStats(
        finalized.sum(),
        sampledOut.sum(),
        byTier,
        byReason,
        overflowed.sum(),
        lateWrites.sum(),
        droppedFields.sum(),
        queuedBytes,
        rules,
        Duration.ofNanos(timeToDurable.quantile(0.5)),
        Duration.ofNanos(timeToDurable.quantile(0.99)));
  }

  private static <K> LongAdder adder(Map<K, LongAdder> adders, K key) {
    LongAdder adder = adders.get(key);
    if (adder == null) {
      throw new AssertionError("Every constant has a counter, " + key + " has none");
    }
    return adder;
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }
}
