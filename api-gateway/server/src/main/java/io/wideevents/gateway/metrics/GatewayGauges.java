package io.wideevents.gateway.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.wideevents.delivery.spool.ReplayStats;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.event.Tier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Metrics of the gateway's state, read at each scrape: tiers, circuit breakers, spool, dead
 * letters, memory of requests, and connections.
 *
 * <p>Safe for concurrent use. The suppliers must be safe for concurrent use and must not block.
 */
public final class GatewayGauges {
  private static final String TIER = "tier";

  private final MeterRegistry registry;

  public GatewayGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Registers one gauge per tier: 1 while the tier receives events.
   *
   * @param tiers the status as in readiness, with the same tiers at every call
   */
  public void tiers(Supplier<List<TierStatus>> tiers) {
    for (TierStatus known : tiers.get()) {
      Gauge.builder("wide_events.tier_up", () -> state(tiers, known.tier()) == State.UP ? 1 : 0)
          .description(
              "1 while the tier gets events; 0 while it is down, probed or not reached yet")
          .tag(TIER, known.tier().label())
          .register(registry);
    }
  }

  /**
   * Registers the states of the circuit breakers. For each breaker exactly one state is 1.
   *
   * @param circuits the status of the breakers, with the same tiers at every call
   */
  public void breakers(Supplier<List<TierStatus>> circuits) {
    for (TierStatus known : circuits.get()) {
      for (State state : State.values()) {
        Gauge.builder(
                "wide_events.breaker_state", () -> state(circuits, known.tier()) == state ? 1 : 0)
            .description("1 for the state the tier's circuit breaker is in")
            .tag(TIER, known.tier().label())
            .tag("state", label(state))
            .register(registry);
      }
    }
  }

  /**
   * Registers counters of the calls of tiers that ended with an exception.
   *
   * @param failures count by tier, with the same tiers at every call; counts never decrease
   */
  public void tierFailures(Supplier<Map<Tier, Long>> failures) {
    for (Tier known : failures.get().keySet()) {
      FunctionCounter.builder(
              "wide_events.tier_failures", registry, same -> failures.get().getOrDefault(known, 0L))
          .description("Calls of the tier that ended with an exception instead of an answer")
          .tag(TIER, known.label())
          .register(registry);
    }
  }

  /** Registers the spool's content and damage, and the outcome of its replay. */
  public void spool(Supplier<SpoolStats> stats, Supplier<ReplayStats> replay, InstantSource clock) {
    gauge("spool_events", "Events that wait to be replayed", stats, SpoolStats::pendingEvents);
    gauge(
        "spool_refused_events",
        "Events set aside because the database refuses them, on their way to the dead-letter topic",
        stats,
        SpoolStats::refusedEvents);
    gauge("spool_bytes", "Disk space the spool takes", stats, SpoolStats::bytes);
    gauge("spool_max_bytes", "Bound of the spool's disk space", stats, SpoolStats::maxBytes);
    gauge(
        "spool_oldest_seconds",
        "Age of the oldest event that waits to be replayed; 0 when none does",
        stats,
        now ->
            now.oldest()
                .map(since -> seconds(Duration.between(since, clock.instant())))
                .orElse(0d));
    damage("range", stats, SpoolStats.Damage::ranges);
    damage("torn_tail", stats, SpoolStats.Damage::tornTails);
    damage("quarantined_file", stats, SpoolStats.Damage::quarantinedFiles);
    counter(
        "spool_replayed", "Spooled events Kafka or MongoDB took", replay, ReplayStats::replayed);
    counter(
        "spool_set_aside", "Spooled events that MongoDB rejected", replay, ReplayStats::setAside);
    counter(
        "spool_dead_lettered",
        "Refused events the dead-letter topic took",
        replay,
        ReplayStats::deadLettered);
  }

  /** Registers counters of dead letters that lack a part of their event. */
  public void deadLettersCut(ToLongFunction<DeadLetterPart> count) {
    for (DeadLetterPart part : DeadLetterPart.values()) {
      FunctionCounter.builder(
              "wide_events.dead_letters_cut", registry, same -> (double) count.applyAsLong(part))
          .description("Dead letters that lack a part of their event")
          .tag("part", part.label())
          .register(registry);
    }
  }

  /**
   * Registers the memory that requests take.
   *
   * @param used bytes reserved by all requests now
   * @param max limit of these bytes
   */
  public void requestMemory(LongSupplier used, long max) {
    Gauge.builder("wide_events.in_flight_bytes", used::getAsLong)
        .description("Memory for bodies and events of requests in progress")
        .register(registry);
    Gauge.builder("wide_events.in_flight_max_bytes", () -> max)
        .description("Limit of the memory of all requests; requests beyond it get 429")
        .register(registry);
  }

  /**
   * Registers the connections of the HTTP server.
   *
   * @param open number of open connections
   * @param closed number of connections that the server closed to protect others, by reason, with
   *     the same reasons at every call; numbers never decrease
   */
  public void connections(LongSupplier open, Supplier<Map<String, Long>> closed) {
    Gauge.builder("wide_events.http_connections", open::getAsLong)
        .description("Connections that are open")
        .register(registry);
    for (String reason : closed.get().keySet()) {
      FunctionCounter.builder(
              "wide_events.http_connections_closed",
              registry,
              same -> closed.get().getOrDefault(reason, 0L))
          .description("Connections that the gateway closed to protect other clients")
          .tag("reason", reason)
          .register(registry);
    }
  }

  private void damage(
      String kind, Supplier<SpoolStats> stats, ToDoubleFunction<SpoolStats.Damage> value) {
    Gauge.builder("wide_events.spool_damage", () -> value.applyAsDouble(stats.get().damage()))
        .description("Damage found in the spool's files since the start; quarantined: files now")
        .tag("kind", kind)
        .register(registry);
  }

  private <T> void gauge(
      String name, String description, Supplier<T> source, ToDoubleFunction<T> value) {
    Gauge.builder("wide_events." + name, () -> value.applyAsDouble(source.get()))
        .description(description)
        .register(registry);
  }

  private <T> void counter(
      String name, String description, Supplier<T> source, ToDoubleFunction<T> value) {
    // A FunctionCounter references its object weakly, and the source may have no other reference.
    FunctionCounter.builder(
            "wide_events." + name, registry, same -> value.applyAsDouble(source.get()))
        .description(description)
        .register(registry);
  }

  private static State state(Supplier<List<TierStatus>> tiers, Tier tier) {
    return tiers.get().stream()
        .filter(status -> status.tier() == tier)
        .map(TierStatus::state)
        .findFirst()
        .orElse(State.DOWN);
  }

  private static String label(State state) {
    return switch (state) {
      case UP -> "closed";
      case PROBING -> "half_open";
      case DOWN -> "open";
    };
  }

  private static double seconds(Duration age) {
    return Math.max(0, age.toMillis() / 1_000d);
  }
}
