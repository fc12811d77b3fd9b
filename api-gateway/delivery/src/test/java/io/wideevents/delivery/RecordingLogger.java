package io.wideevents.delivery;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A logger that records its events and fails on demand. Passes {@link LoggerPortContract}.
 *
 * <p>Answers on the calling thread, except after {@link #fallSilent}. Safe for concurrent use.
 */
public class RecordingLogger implements LoggerPort {
  private final Tier tier;
  private final Map<EventId, EncodedEvent> durable = new LinkedHashMap<>();
  private final List<List<EncodedEvent>> calls = new ArrayList<>();
  private final List<CompletableFuture<Void>> unanswered = new ArrayList<>();
  private Predicate<EncodedEvent> refused = event -> false;
  private Predicate<EncodedEvent> unconfirmed = event -> false;
  private @Nullable Throwable failure;
  private boolean silent;
  private boolean closed;

  /**
   * @param tier the tier in every durable outcome
   */
  public RecordingLogger(Tier tier) {
    this.tier = tier;
  }

  /** From now on nothing is confirmed. */
  public synchronized void goDown() {
    failure = new IllegalStateException("The backend is down");
  }

  /** From now on nothing is answered before its deadline. */
  public synchronized void fallSilent() {
    silent = true;
  }

  /** Ends {@link #goDown} and {@link #fallSilent}. */
  public synchronized void comeBack() {
    failure = null;
    silent = false;
  }

  /** From now on matching events are refused with the code {@code refused_by_database}. */
  public synchronized void refuse(Predicate<EncodedEvent> events) {
    refused = events;
  }

  /** From now on matching events are not confirmed. Other events are confirmed. */
  public synchronized void leaveUnconfirmed(Predicate<EncodedEvent> events) {
    unconfirmed = events;
  }

  /** The durable events, in order, each event once. */
  public synchronized Map<EventId, EncodedEvent> durable() {
    return new LinkedHashMap<>(durable);
  }

  /** The events of every call of {@link #log}, answered or not. */
  public synchronized List<List<EncodedEvent>> calls() {
    return List.copyOf(calls);
  }

  @Override
  public synchronized CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    calls.add(List.copyOf(events));
    if (closed || deadline.remaining().isZero()) {
      return CompletableFuture.completedFuture(
          notConfirmed(events, new IllegalStateException(closed ? "closed" : "no time left")));
    }
    if (silent) {
      CompletableFuture<Void> silence =
          new CompletableFuture<Void>()
              .completeOnTimeout(null, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
      unanswered.add(silence);
      return silence.thenApply(
          ended -> notConfirmed(events, new IllegalStateException("No answer by the deadline")));
    }
    return CompletableFuture.completedFuture(events.stream().map(this::outcome).toList());
  }

  @Override
  public synchronized void close() {
    closed = true;
    unanswered.forEach(silence -> silence.complete(null));
  }

  /** Whether {@link #close} was called. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Whether {@link #goDown} was called last. */
  public synchronized boolean isDown() {
    return failure != null;
  }

  private DeliveryOutcome outcome(EncodedEvent event) {
    if (failure != null) {
      return new DeliveryOutcome.NotConfirmed(failure);
    }
    if (unconfirmed.test(event)) {
      return new DeliveryOutcome.NotConfirmed(new IllegalStateException("Not confirmed on demand"));
    }
    if (refused.test(event)) {
      return new DeliveryOutcome.Refused("refused_by_database", "Document failed validation");
    }
    durable.put(event.id(), event);
    return new DeliveryOutcome.Durable(tier);
  }

  private static List<DeliveryOutcome> notConfirmed(List<EncodedEvent> events, Throwable cause) {
    return events.stream()
        .<DeliveryOutcome>map(event -> new DeliveryOutcome.NotConfirmed(cause))
        .toList();
  }
}
