package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.Tier;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The future outcomes of one call. The last answer completes it, on the caller's thread or on
 * Kafka's sender thread. The first answer for an event counts.
 */
final class PublishCall extends CompletableFuture<List<DeliveryOutcome>> {
  private static final DeliveryOutcome DURABLE = new DeliveryOutcome.Durable(Tier.KAFKA);

  private final AtomicReferenceArray<@Nullable DeliveryOutcome> outcomes;
  private final AtomicInteger unanswered;
  private volatile @Nullable Throwable failure;

  PublishCall(int events) {
    this.outcomes = new AtomicReferenceArray<>(events);
    this.unanswered = new AtomicInteger(events);
  }

  void confirmed(int index) {
    answer(index, DURABLE);
  }

  void refused(int index, Throwable cause) {
    answer(
        index,
        new DeliveryOutcome.Refused(
            "refused_by_kafka", "Kafka rejected the record: " + cause.getMessage()));
  }

  void notConfirmed(int index, Throwable cause) {
    failure = cause;
    answer(index, new DeliveryOutcome.NotConfirmed(cause));
  }

  /**
   * The failure of the first event that failed; empty while no event has failed. After a failure
   * the remaining events are not sent.
   */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Whether every event has been answered, before or after the deadline. */
  boolean isAnswered() {
    return unanswered.get() == 0;
  }

  /** Completes the call at its deadline: the events without an answer are not confirmed. */
  void endLate() {
    complete(
        outcomes(
            new DeliveryOutcome.NotConfirmed(new KafkaUnavailableException("No ack in time"))));
  }

  private void answer(int index, DeliveryOutcome outcome) {
    // After a fatal error the producer takes a record, throws, and later fails the same record.
    // If both counted, the call would complete while another event has no answer.
    if (outcomes.compareAndSet(index, null, outcome) && unanswered.decrementAndGet() == 0) {
      complete(outcomes(outcome));
    }
  }

  private List<DeliveryOutcome> outcomes(DeliveryOutcome withoutAnswer) {
    DeliveryOutcome[] all = new DeliveryOutcome[outcomes.length()];
    for (int i = 0; i < all.length; i++) {
      DeliveryOutcome known = outcomes.get(i);
      all[i] = known == null ? withoutAnswer : known;
    }
    return Arrays.asList(all);
  }
}
