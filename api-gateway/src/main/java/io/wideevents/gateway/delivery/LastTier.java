package io.wideevents.gateway.delivery;

import io.wideevents.event.EncodedEvent;
import io.wideevents.gateway.delivery.TierBreaker.Admission;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.logging.LoggerPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A tier below which there is none, for events that are durable already: what it does not confirm
 * stays unconfirmed, for the tier's own reason. Of a tier that is probed it asks no more than the
 * probe. Safe for concurrent use; blocks only where the tier does, and does not close it.
 */
final class LastTier implements LoggerPort {
  private final GuardedTier tier;

  LastTier(DeliveryAttempt tier, TierBreaker breaker) {
    this.tier = new GuardedTier(tier, breaker);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    Admission admission = deadline.remaining().isZero() ? Admission.NONE : tier.admit();
    return switch (admission) {
      case ALL -> tier.attempt(admission, events, deadline);
      case PROBE ->
          tier.attempt(admission, events.subList(0, 1), deadline)
              .thenApply(
                  first -> {
                    List<DeliveryOutcome> outcomes = new ArrayList<>(first);
                    outcomes.addAll(untried(events.size() - 1));
                    return outcomes;
                  });
      case NONE -> CompletableFuture.completedFuture(untried(events.size()));
    };
  }

  private List<DeliveryOutcome> untried(int events) {
    return Collections.nCopies(
        events,
        new DeliveryOutcome.NotConfirmed(
            new IllegalStateException("Not tried: " + tier.label() + " takes no events now")));
  }

  @Override
  public void close() {}
}
