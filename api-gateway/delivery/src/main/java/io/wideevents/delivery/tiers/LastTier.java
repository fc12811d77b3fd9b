package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.tiers.TierBreaker.Admission;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tier below which there is none, for events that are durable already: what it does not confirm
 * stays unconfirmed, for the tier's own reason. Of a tier that is probed it asks no more than the
 * probe, with another event each time: one that fails for its own sake says nothing about the tier,
 * and would keep the others waiting for ever. Safe for concurrent use; blocks only where the tier
 * does, and does not close it.
 */
final class LastTier implements LoggerPort {
  private final GuardedTier tier;
  private final AtomicInteger probes = new AtomicInteger();

  LastTier(GuardedTier tier) {
    this.tier = tier;
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    Admission admission = deadline.remaining().isZero() ? Admission.NONE : tier.admit();
    return switch (admission) {
      case ALL -> tier.attempt(admission, events, deadline);
      case PROBE -> {
        int place = Math.floorMod(probes.getAndIncrement(), events.size());
        yield tier.attempt(admission, List.of(events.get(place)), deadline)
            .thenApply(
                probed -> {
                  List<DeliveryOutcome> outcomes = new ArrayList<>(untried(events.size()));
                  outcomes.set(place, probed.getFirst());
                  return outcomes;
                });
      }
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
