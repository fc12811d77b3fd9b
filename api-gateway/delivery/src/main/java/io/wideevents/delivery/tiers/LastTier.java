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
 * The last tier of the replay chain. Its events are durable already, so an event that the tier does
 * not confirm stays unconfirmed.
 *
 * <p>While the circuit is half-open, a call sends one event as the probe, and each call chooses
 * another event. An event that fails for its own reason says nothing about the tier; as the only
 * probe it would keep the circuit from closing.
 *
 * <p>Safe for concurrent use. Blocks only where the tier blocks. Does not close the tier.
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
