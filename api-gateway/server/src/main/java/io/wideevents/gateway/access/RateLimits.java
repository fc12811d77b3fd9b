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
 * A token bucket per caller. A token is an event, the capacity is the burst, and the bucket is
 * refilled at the rate.
 *
 * <p>A request with more events than the capacity is allowed when the bucket is full. The excess
 * becomes a debt, so later requests wait longer and the average rate stays within the limit. If
 * such a request were rejected, every retry would be rejected as well.
 *
 * <p>Safe for concurrent use; never blocks. Buckets of callers whose key was removed are discarded,
 * so the keys file bounds the memory.
 */
public final class RateLimits {
  private final Optional<RateLimit> limit;
  private final TimeMeter clock;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  /**
   * @param limit limit of each caller; empty for no limit
   */
  public RateLimits(Optional<RateLimit> limit) {
    this(limit, TimeMeter.SYSTEM_NANOTIME);
  }

  RateLimits(Optional<RateLimit> limit, TimeMeter clock) {
    this.limit = limit;
    this.clock = clock;
  }

  /** Allows every request. */
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
      // The two steps need not be atomic: a concurrent request finds an empty bucket.
      bucket.consumeIgnoringRateLimits(events - inBurst);
    }
    return new RateDecision.Allowed();
  }

  /** Discards the buckets of callers whose key was removed. */
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
