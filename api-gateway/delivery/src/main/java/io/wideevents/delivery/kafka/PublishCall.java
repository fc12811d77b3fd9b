package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the outcomes of one publish call, from the caller's thread and from Kafka's sender
 * thread. Each index is completed exactly once, by the code that sends its event.
 */
final class PublishCall {
  private static final DeliveryOutcome DURABLE = new DeliveryOutcome.Durable(Tier.KAFKA);

  private final AtomicReferenceArray<@Nullable DeliveryOutcome> outcomes;
  private final AtomicInteger missing;
  private final CompletableFuture<PublishCall> settled = new CompletableFuture<>();
  private final Consumer<PublishCall> onLate;
  private volatile @Nullable Throwable failure;

  /**
   * @param onLate called if the deadline passes before all outcomes are known
   */
  PublishCall(int events, Consumer<PublishCall> onLate) {
    this.onLate = onLate;
    this.outcomes = new AtomicReferenceArray<>(events);
    this.missing = new AtomicInteger(events);
  }

  void confirmed(int index) {
    settle(index, DURABLE);
  }

  void refused(int index, Throwable cause) {
    settle(
        index,
        new DeliveryOutcome.Refused(
            "refused_by_kafka", "Kafka takes no such record: " + cause.getMessage()));
  }

  void notConfirmed(int index, Throwable cause) {
    failure = cause;
    settle(index, new DeliveryOutcome.NotConfirmed(cause));
  }

  /**
   * The failure of the first event that failed; the remaining events are then not tried. Empty
   * while there is none.
   */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Whether every event has been answered, including answers after the deadline. */
  boolean isAnswered() {
    return missing.get() == 0;
  }

  /** All outcomes, when they are complete or at the deadline. */
  CompletableFuture<List<DeliveryOutcome>> outcomes(Deadline deadline, Timing timing) {
    if (settled.isDone()) {
      return CompletableFuture.completedFuture(snapshot());
    }
    return timing
        .completeOnTimeout(settled, this, deadline.remaining())
        .thenApply(PublishCall::snapshot);
  }

  private void settle(int index, DeliveryOutcome outcome) {
    outcomes.set(index, outcome);
    if (missing.decrementAndGet() == 0) {
      settled.complete(this);
    }
  }

  private List<DeliveryOutcome> snapshot() {
    List<DeliveryOutcome> all = new ArrayList<>(outcomes.length());
    DeliveryOutcome late = null;
    for (int i = 0; i < outcomes.length(); i++) {
      DeliveryOutcome outcome = outcomes.get(i);
      if (outcome == null) {
        if (late == null) {
          late = new DeliveryOutcome.NotConfirmed(new KafkaUnavailableException("No ack in time"));
        }
        outcome = late;
      }
      all.add(outcome);
    }
    if (late != null) {
      onLate.accept(this);
    }
    return all;
  }
}
