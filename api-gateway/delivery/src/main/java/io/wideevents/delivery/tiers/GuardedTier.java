package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.tiers.TierBreaker.Admission;
import io.wideevents.event.EncodedEvent;
import io.wideevents.log.Causes;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tier behind its circuit breaker. If the tier throws, the events are not confirmed and go to
 * the next tier. Safe for concurrent use. Blocks only where the tier blocks.
 */
final class GuardedTier {
  private static final Logger log = LoggerFactory.getLogger(GuardedTier.class);

  // A healthy Kafka or MongoDB answers within milliseconds, and a leader election takes one to two
  // seconds. A longer wait delays a client more than the next tier does.
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration TIMEOUT_PER_EVENT = Duration.ofMillis(1);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  /** What happens to an event that the tier rejects. */
  enum OnRefusal {
    /** Try the next tier: Kafka has limits that MongoDB does not have. */
    TRY_NEXT,
    /** Answer with the rejection: a replay of the spool would send the event to this tier again. */
    ANSWER
  }

  private final LoggerPort port;
  private final TierBreaker breaker;
  private final OnRefusal onRefusal;
  private final FallbackLog fallbacks;
  private final LongSupplier nanoClock;
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final AtomicInteger probes = new AtomicInteger();

  GuardedTier(
      LoggerPort port,
      TierBreaker breaker,
      OnRefusal onRefusal,
      FallbackLog fallbacks,
      Timing timing) {
    this.port = port;
    this.breaker = breaker;
    this.onRefusal = onRefusal;
    this.fallbacks = fallbacks;
    this.nanoClock = timing.nanoClock();
  }

  String label() {
    return breaker.tier().label();
  }

  FallbackLog fallbacks() {
    return fallbacks;
  }

  /**
   * Asks the circuit breaker what to send. Every result except {@code NONE} must be followed by one
   * {@link #attempt}.
   */
  Admission admit() {
    return breaker.admit();
  }

  /**
   * Chooses the event that probes the tier, another one for each probe. An event that fails because
   * of its content says nothing about the tier. If that event were every probe, the circuit would
   * not close.
   */
  int nextProbe(int events) {
    return Math.floorMod(probes.getAndIncrement(), events);
  }

  /**
   * Sends events to the tier. Waits for at most half of the remaining time, because the next tier
   * needs time as well.
   *
   * @param admission the result of {@link #admit} that permits this one attempt
   * @return one outcome per event; never completes exceptionally
   */
  CompletableFuture<List<DeliveryOutcome>> attempt(
      Admission admission, List<EncodedEvent> events, Deadline deadline) {
    long start = nanoClock.getAsLong();
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = port.log(events, deadline.atMost(timeout(events.size(), deadline)));
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.handle(
        (outcomes, failure) -> {
          if (failure == null) {
            breaker.record(admission, outcomes, Duration.ofNanos(nanoClock.getAsLong() - start));
            return outcomes;
          }
          return failed(admission, events.size(), failure);
        });
  }

  /** Whether this outcome is the answer for the event, so that the next tier is not tried. */
  boolean isAnswer(DeliveryOutcome outcome) {
    return switch (outcome) {
      case DeliveryOutcome.Durable durable -> true;
      case DeliveryOutcome.Refused refused -> onRefusal == OnRefusal.ANSWER;
      case DeliveryOutcome.NotConfirmed notConfirmed -> false;
    };
  }

  void close() {
    port.close();
  }

  private List<DeliveryOutcome> failed(Admission admission, int events, Throwable failure) {
    // Record the outcome with the circuit breaker before anything else: a half-open permit that is
    // never released keeps the circuit half-open.
    breaker.failed(admission);
    Throwable cause = Causes.ofFuture(failure);
    failures.show(
        notShown ->
            log.atWarn()
                .addKeyValue("tier", label())
                .addKeyValue("events", events)
                .addKeyValue("notShown", notShown)
                .setCause(cause)
                .log("A tier failed instead of answering; its events are not confirmed there"));
    return Collections.nCopies(events, new DeliveryOutcome.NotConfirmed(cause));
  }

  private static Duration timeout(int events, Deadline deadline) {
    Duration half = deadline.remaining().dividedBy(2);
    Duration timeout = TIMEOUT.plus(TIMEOUT_PER_EVENT.multipliedBy(events));
    return timeout.compareTo(half) < 0 ? timeout : half;
  }
}
