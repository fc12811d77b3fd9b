package io.wideevents.gateway.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A token bucket for each caller: a token is an event, the bucket holds a burst and fills at the
 * rate.
 *
 * <p>A request of more events than a burst is let through when the bucket is full, and leaves it
 * that far in debt: such a client is served, only less often, and its rate in the long run is the
 * same as everyone's. Refusing it would refuse it for ever.
 *
 * <p>Safe for concurrent use; never blocks. Buckets are kept for the callers of the keys file, so
 * memory is bounded by it.
 */
public final class RateLimits {
  private final Optional<RateLimit> limit;
  private final TimeMeter clock;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  /**
   * @param limit of each caller; empty for none
   */
  public RateLimits(Optional<RateLimit> limit) {
    this(limit, TimeMeter.SYSTEM_NANOTIME);
  }

  /** With a clock, for tests. */
  RateLimits(Optional<RateLimit> limit, TimeMeter clock) {
    this.limit = limit;
    this.clock = clock;
  }

  /** Lets everything through. */
  public static RateLimits none() {
    return new RateLimits(Optional.empty());
  }

  RateDecision take(Caller caller, int events) {
    return limit.map(bounds -> take(caller, events, bounds)).orElseGet(RateDecision.Allowed::new);
  }

  private RateDecision take(Caller caller, int events, RateLimit bounds) {
    Bucket bucket = buckets.computeIfAbsent(caller.name(), name -> full(bounds));
    int inBurst = Math.min(events, bounds.burstEvents());
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(inBurst);
    if (!probe.isConsumed()) {
      return new RateDecision.Limited(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }
    if (events > inBurst) {
      // Whoever comes in between finds the bucket empty: the two steps need not be one.
      bucket.consumeIgnoringRateLimits(events - inBurst);
    }
    return new RateDecision.Allowed();
  }

  /** Forgets callers whose key is gone. */
  void keepOnly(Set<String> names) {
    buckets.keySet().removeIf(name -> !name.isEmpty() && !names.contains(name));
  }

  private Bucket full(RateLimit bounds) {
    return Bucket.builder()
        .addLimit(
            bandwidth ->
                bandwidth
                    .capacity(bounds.burstEvents())
                    .refillGreedy(bounds.eventsPerSecond(), Duration.ofSeconds(1)))
        .withCustomTimePrecision(clock)
        .build();
  }
}
