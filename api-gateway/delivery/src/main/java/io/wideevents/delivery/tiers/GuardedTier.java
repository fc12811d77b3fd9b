package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
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
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tier behind its circuit breaker. A tier that throws counts as not confirmed, so that its
 * events go to the next tier. Safe for concurrent use. Blocks only where the tier blocks.
 */
final class GuardedTier {
  private static final Logger log = LoggerFactory.getLogger(GuardedTier.class);

  // A healthy Kafka or MongoDB answers within milliseconds, and a leader election takes one to two
  // seconds. A longer wait costs a client more than the next tier does.
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PATIENCE_PER_EVENT = Duration.ofMillis(1);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final DeliveryAttempt tier;
  private final TierBreaker breaker;
  private final LongSupplier nanoClock;
  private final LogThrottle throttle = new LogThrottle(LOG_INTERVAL);

  GuardedTier(DeliveryAttempt tier, TierBreaker breaker, Timing timing) {
    this.tier = tier;
    this.breaker = breaker;
    this.nanoClock = timing.nanoClock();
  }

  String label() {
    return breaker.tier().label();
  }

  /**
   * Asks the breaker. Every answer except {@code NONE} must be followed by one {@link #attempt}.
   */
  Admission admit() {
    return breaker.admit();
  }

  /**
   * Sends events to the tier.
   *
   * @param admission the result of {@link #admit} that permits this one attempt
   * @return one outcome per event; never completes exceptionally
   */
  CompletableFuture<List<DeliveryOutcome>> attempt(
      Admission admission, List<EncodedEvent> events, Deadline deadline) {
    long start = nanoClock.getAsLong();
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = tier.deliver(events, deadline.atMost(patience(events.size(), deadline)));
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.handle(
        (outcomes, failure) -> {
          if (failure == null) {
            breaker.record(admission, outcomes, Duration.ofNanos(nanoClock.getAsLong() - start));
            return outcomes;
          }
          // Record the outcome with the circuit breaker before anything else: a half-open permit
          // that is never released keeps the circuit half-open.
          breaker.failed(admission);
          Throwable cause = Causes.ofFuture(failure);
          tell(events.size(), cause);
          return Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(cause));
        });
  }

  private void tell(int events, Throwable cause) {
    throttle.show(
        notShown ->
            log.atWarn()
                .addKeyValue("tier", label())
                .addKeyValue("events", events)
                .addKeyValue("notShown", notShown)
                .setCause(cause)
                .log("A tier failed instead of answering; its events are not confirmed there"));
  }

  /** At most half of the remaining time, because the next tier needs time as well. */
  private static Duration patience(int events, Deadline deadline) {
    Duration half = deadline.remaining().dividedBy(2);
    Duration patience = PATIENCE.plus(PATIENCE_PER_EVENT.multipliedBy(events));
    return patience.compareTo(half) < 0 ? patience : half;
  }
}
