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
 * One tier behind its circuit breaker, which always answers: a tier that throws, whatever it
 * throws, has confirmed nothing, so that its events go on to the next one. Safe for concurrent use;
 * blocks only where the tier does.
 */
final class GuardedTier {
  private static final Logger log = LoggerFactory.getLogger(GuardedTier.class);

  // Kafka and MongoDB answer within milliseconds when they are well; a leader election takes a
  // second or two. Waiting longer than this costs a client more than the next tier does.
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

  /** What may be done with the tier now; every answer but {@code NONE} asks for one attempt. */
  Admission admit() {
    return breaker.admit();
  }

  /**
   * Gives it events.
   *
   * @param admission what {@link #admit} said, for which this is the one attempt
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

  /** Never more than half of what remains: the next tier needs time as well. */
  private static Duration patience(int events, Deadline deadline) {
    Duration half = deadline.remaining().dividedBy(2);
    Duration patience = PATIENCE.plus(PATIENCE_PER_EVENT.multipliedBy(events));
    return patience.compareTo(half) < 0 ? patience : half;
  }
}
