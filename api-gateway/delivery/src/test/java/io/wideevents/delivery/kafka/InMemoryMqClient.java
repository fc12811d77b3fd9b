package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue that is a list, and fails on demand. Passes {@link MqClientPortContract}.
 *
 * <p>Answers on the calling thread unless it is silent. Safe for concurrent use.
 */
public final class InMemoryMqClient implements MqClientPort {
  /** Since when it is down when it is. */
  public static final Instant DOWN_SINCE = Instant.parse("2026-11-22T10:00:00Z");

  private final List<EncodedEvent> published = new ArrayList<>();
  private final List<List<EncodedEvent>> calls = new ArrayList<>();
  private final List<CompletableFuture<Void>> silences = new ArrayList<>();
  private Predicate<EncodedEvent> refused = event -> false;
  private Predicate<EncodedEvent> unconfirmed = event -> false;
  private @Nullable Throwable failure;
  private boolean silent;
  private boolean closed;

  /** From now on nothing is confirmed. */
  public synchronized void goDown() {
    failure = new IllegalStateException("The queue is down");
  }

  /** From now on events are taken and not confirmed before their deadline. */
  public synchronized void fallSilent() {
    silent = true;
  }

  /** Ends {@link #goDown} and {@link #fallSilent}; calls made while silent stay unanswered. */
  public synchronized void comeBack() {
    failure = null;
    silent = false;
  }

  /** From now on matching events are refused. */
  public synchronized void refuse(Predicate<EncodedEvent> events) {
    refused = events;
  }

  /** From now on matching events are not confirmed, while others are. */
  public synchronized void leaveUnconfirmed(Predicate<EncodedEvent> events) {
    unconfirmed = events;
  }

  /** The events of every call, answered or not. */
  public synchronized List<List<EncodedEvent>> calls() {
    return List.copyOf(calls);
  }

  /** The ids of what is in the queue, in order. */
  public synchronized List<EventId> published() {
    return published.stream().map(EncodedEvent::id).toList();
  }

  @Override
  public synchronized CompletableFuture<List<DeliveryOutcome>> publish(
      List<EncodedEvent> events, Deadline deadline) {
    calls.add(List.copyOf(events));
    if (closed || deadline.remaining().isZero()) {
      return CompletableFuture.completedFuture(notConfirmed(events));
    }
    if (silent) {
      CompletableFuture<Void> silence =
          new CompletableFuture<Void>()
              .completeOnTimeout(null, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
      silences.add(silence);
      return silence.thenApply(ended -> notConfirmed(events));
    }
    return CompletableFuture.completedFuture(events.stream().map(this::outcome).toList());
  }

  @Override
  public synchronized Optional<Unavailability> unavailability() {
    return closed || failure != null
        ? Optional.of(new Unavailability("down on demand", DOWN_SINCE))
        : Optional.empty();
  }

  @Override
  public synchronized void close() {
    closed = true;
    silences.forEach(silence -> silence.complete(null));
  }

  private DeliveryOutcome outcome(EncodedEvent event) {
    if (failure != null) {
      return new DeliveryOutcome.NotConfirmed(failure);
    }
    if (unconfirmed.test(event)) {
      return new DeliveryOutcome.NotConfirmed(new IllegalStateException("Not confirmed on demand"));
    }
    if (refused.test(event)) {
      return new DeliveryOutcome.Refused("refused_by_kafka", "Refused on demand");
    }
    published.add(event);
    return new DeliveryOutcome.Durable(Tier.KAFKA);
  }

  private static List<DeliveryOutcome> notConfirmed(List<EncodedEvent> events) {
    return events.stream()
        .<DeliveryOutcome>map(
            event ->
                new DeliveryOutcome.NotConfirmed(
                    new IllegalStateException("No ack by the deadline")))
        .toList();
  }
}
