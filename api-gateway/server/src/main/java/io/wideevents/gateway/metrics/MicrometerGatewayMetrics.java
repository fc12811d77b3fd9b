package io.wideevents.gateway.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.Tier;
import io.wideevents.otlp.OtlpSignal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Counts in a Micrometer registry. All reasons are registered with 0 at the start, so that the rate
 * of a reason includes its first event. Safe for concurrent use.
 */
public final class MicrometerGatewayMetrics implements GatewayMetrics {
  /** Reasons of the database and of a request's preference; all others are codes of the codec. */
  private static final List<String> OTHER_REASONS =
      List.of("refused_by_database", "id_conflict", "handling_strict");

  private final MeterRegistry registry;
  private final Counter received;
  private final Counter unconfirmed;
  private final Counter deadLettered;
  private final Counter redacted;
  private final AtomicLong inFlight = new AtomicLong();
  private final Map<Tier, Counter> accepted = new EnumMap<>(Tier.class);
  private final Map<Tier, Timer> acknowledged = new EnumMap<>(Tier.class);
  private final Map<String, Counter> rejected = new ConcurrentHashMap<>();
  private final Map<String, Counter> requestsRefused = new ConcurrentHashMap<>();
  private final Map<String, Counter> skipped = new ConcurrentHashMap<>();

  public MicrometerGatewayMetrics(MeterRegistry registry) {
    this.registry = registry;
    received = counter("received", "Events of bodies that could be read");
    unconfirmed = counter("unconfirmed", "Events no tier confirmed in time");
    deadLettered =
        counter("rejected_dead_letters", "Rejected events that are in the dead-letter topic");
    redacted = counter("redacted", "Values replaced by [REDACTED]");
    Gauge.builder("wide_events.in_flight", inFlight, AtomicLong::get)
        .description("Events received and not answered yet")
        .register(registry);
    Stream.concat(
            ProblemCode.ofPostedEvents().stream().map(ProblemCode::code), OTHER_REASONS.stream())
        .forEach(reason -> rejected.put(reason, rejectedCounter(reason)));
    for (OtlpSignal signal : OtlpSignal.values()) {
      skipped.put(signal.label(), skippedCounter(signal.label()));
    }
    for (Tier tier : Tier.values()) {
      accepted.put(
          tier,
          Counter.builder("wide_events.accepted")
              .description("Events that became durable")
              .tag("tier", tier.label())
              .register(registry));
      acknowledged.put(
          tier,
          Timer.builder("wide_events.ack")
              .description("From the last byte of a request until all its events were durable")
              .tag("tier", tier.label())
              .publishPercentileHistogram()
              .minimumExpectedValue(Duration.ofMillis(1))
              .maximumExpectedValue(Duration.ofSeconds(30))
              .register(registry));
    }
  }

  @Override
  public void received(int events) {
    inFlight.addAndGet(events);
    received.increment(events);
  }

  @Override
  public void accepted(Tier tier, int events) {
    Objects.requireNonNull(accepted.get(tier)).increment(events);
    inFlight.addAndGet(-events);
  }

  @Override
  public void rejected(String reason, int events) {
    rejected.computeIfAbsent(reason, this::rejectedCounter).increment(events);
    inFlight.addAndGet(-events);
  }

  @Override
  public void deadLettered(int events) {
    deadLettered.increment(events);
  }

  @Override
  public void unconfirmed(int events) {
    unconfirmed.increment(events);
    inFlight.addAndGet(-events);
  }

  @Override
  public void acknowledged(Tier weakest, Duration took) {
    Objects.requireNonNull(acknowledged.get(weakest)).record(took);
  }

  @Override
  public void requestRefused(String code) {
    requestsRefused.computeIfAbsent(code, this::refusedCounter).increment();
  }

  @Override
  public void skipped(String signal, int items) {
    skipped.computeIfAbsent(signal, this::skippedCounter).increment(items);
  }

  @Override
  public void redacted(long values) {
    redacted.increment((double) values);
  }

  private Counter rejectedCounter(String reason) {
    return Counter.builder("wide_events.rejected")
        .description("Events that break a rule, or that MongoDB rejects")
        .tag("reason", reason)
        .register(registry);
  }

  private Counter refusedCounter(String code) {
    return Counter.builder("wide_events.requests_refused")
        .description("Requests rejected as a whole; their events are not counted")
        .tag("code", code)
        .register(registry);
  }

  private Counter skippedCounter(String signal) {
    return Counter.builder("wide_events.otlp_skipped")
        .description("Spans and log records of OpenTelemetry that do not become events")
        .tag("signal", signal)
        .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder("wide_events." + name).description(description).register(registry);
  }
}
