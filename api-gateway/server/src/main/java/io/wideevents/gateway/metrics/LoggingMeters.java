package io.wideevents.gateway.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.wideevents.event.Tier;
import io.wideevents.logging.DropReason;
import io.wideevents.logging.LoggingStats;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Meters {@code wide_events_own_…} of the events that a process logs about its own requests. The
 * counts add up: finalized = sampled out + durable + dropped + in flight.
 *
 * <p>Safe for concurrent use. The supplier must be safe for concurrent use and must not block.
 */
public final class LoggingMeters {
  private static final String PREFIX = "wide_events.own_";

  private final MeterRegistry registry;
  private final Supplier<LoggingStats> stats;

  private LoggingMeters(MeterRegistry registry, Supplier<LoggingStats> stats) {
    this.registry = registry;
    this.stats = stats;
  }

  /** Registers the meters of one logging service. */
  public static void bind(MeterRegistry registry, Supplier<LoggingStats> stats) {
    new LoggingMeters(registry, stats).register();
  }

  private void register() {
    counter("finalized", "Requests that ended", "", "", LoggingStats::finalized);
    counter("sampled_out", "Events that sampling did not keep", "", "", LoggingStats::sampledOut);
    counter("overflowed", "Events sent to the spool", "", "", LoggingStats::overflowed);
    counter("late_writes", "Writes after the end of a request", "", "", LoggingStats::lateWrites);
    counter("dropped_fields", "Values left out or shortened", "", "", LoggingStats::droppedFields);
    for (Tier tier : Tier.values()) {
      counter(
          "durable",
          "Events that a tier confirmed",
          "tier",
          tier.label(),
          now -> now.durable().getOrDefault(tier, 0L));
    }
    for (DropReason reason : DropReason.values()) {
      counter(
          "dropped",
          "Events that are lost",
          "reason",
          reason.label(),
          now -> now.dropped().getOrDefault(reason, 0L));
    }
    for (int i = 0; i < stats.get().rules().size(); i++) {
      rule(i);
    }
    Gauge.builder(PREFIX + "queued_bytes", () -> stats.get().queuedBytes())
        .description("Memory that events in flight take")
        .register(registry);
    Gauge.builder(
            PREFIX + "durable_after_p99_seconds",
            () -> stats.get().durableAfterP99().toNanos() / 1e9)
        .description("Time until an event is durable, for 99 of 100: what a kill -9 can lose")
        .register(registry);
  }

  private void rule(int index) {
    String name = stats.get().rules().get(index).name();
    String meter = PREFIX + "sampling_decisions";
    String description = "Decisions of each sampling rule; of a dry run, what it would decide";
    FunctionCounter.builder(meter, stats, each -> each.get().rules().get(index).kept())
        .description(description)
        .tag("rule", name)
        .tag("decision", "kept")
        .register(registry);
    FunctionCounter.builder(meter, stats, each -> each.get().rules().get(index).dropped())
        .description(description)
        .tag("rule", name)
        .tag("decision", "dropped")
        .register(registry);
  }

  private void counter(
      String name,
      String description,
      String tag,
      String value,
      ToDoubleFunction<LoggingStats> count) {
    FunctionCounter.Builder<Supplier<LoggingStats>> builder =
        FunctionCounter.builder(PREFIX + name, stats, each -> count.applyAsDouble(each.get()))
            .description(description);
    (tag.isEmpty() ? builder : builder.tag(tag, value)).register(registry);
  }
}
