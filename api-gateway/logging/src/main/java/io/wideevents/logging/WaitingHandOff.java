package io.wideevents.logging;

import io.wideevents.codec.FieldRules;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hands each event to one tier and waits for its answer, on the request's own thread: for those who
 * want no event lost that a client has an answer for, at the price of that tier's time. What the
 * tier does not confirm takes the queue like any other event.
 *
 * <p>Safe for concurrent use; {@link #take} blocks until the tier has answered, at most for the
 * delivery timeout.
 */
final class WaitingHandOff implements EventHandOff {
  private final LoggerPort tier;
  private final LoggingSettings settings;
  private final FieldRules rules;
  private final LoggingCounters counters;
  private final QueuedHandOff otherwise;

  /** As many as there ever were requests at a time that ended. */
  private final Queue<EventFinalizer> idle = new ConcurrentLinkedQueue<>();

  /** Events that requests wait for. */
  private final Set<Pending.Encoded> waiting = ConcurrentHashMap.newKeySet();

  /** When the requests of a host that stops wait no longer; null while the tier answers. */
  private final AtomicReference<@Nullable Deadline> atStop = new AtomicReference<>();

  WaitingHandOff(
      LoggerPort tier,
      LoggingSettings settings,
      FieldRules rules,
      LoggingCounters counters,
      QueuedHandOff otherwise) {
    this.tier = tier;
    this.settings = settings;
    this.rules = rules;
    this.counters = counters;
    this.otherwise = otherwise;
  }

  @Override
  public void take(FinalizedRequest request) {
    take(request, Deadline.after(settings.deliveryTimeout()));
  }

  @Override
  public void takeAtStop(FinalizedRequest request) {
    Deadline deadline = Deadline.after(settings.deliveryTimeout());
    Deadline earlier = atStop.compareAndExchange(null, deadline);
    take(request, earlier == null ? deadline : earlier);
  }

  private void take(FinalizedRequest request, Deadline deadline) {
    EventFinalizer finalizer = idle.poll();
    if (finalizer == null) {
      finalizer = new EventFinalizer(settings.service(), settings.sampling(), rules, counters);
    }
    var event = finalizer.event(new Pending.Raw(request));
    idle.add(finalizer);
    if (event.isPresent()) {
      Pending.Encoded encoded = new Pending.Encoded(event.get(), request.finalizedAtNanos());
      waiting.add(encoded);
      try {
        deliver(encoded, deadline);
      } finally {
        waiting.remove(encoded);
      }
    }
  }

  private void deliver(Pending.Encoded event, Deadline deadline) {
    try {
      List<DeliveryOutcome> outcomes = await(tier.log(List.of(event.event()), deadline), deadline);
      if (outcomes.size() == 1 && outcomes.getFirst() instanceof DeliveryOutcome.Durable durable) {
        if (event.settle()) {
          counters.durable(durable.tier(), System.nanoTime() - event.finalizedAtNanos());
        }
        // The tier answers: the next request may wait for it as long as any other.
        atStop.set(null);
        return;
      }
    } catch (Throwable e) {
      // No answer in time, or a bug of the tier's, checked exceptions included; the event must not
      // be lost for it.
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
    if (event.unconfirmed()) {
      otherwise.take(event);
    }
  }

  /** Waits until the deadline, also if the thread is interrupted: the flag is set again then. */
  private static List<DeliveryOutcome> await(
      CompletableFuture<List<DeliveryOutcome>> answer, Deadline deadline)
      throws ExecutionException, TimeoutException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public long queuedBytes() {
    return otherwise.queuedBytes();
  }

  @Override
  public void close() {
    otherwise.close(waiting);
  }

  @Override
  public long countLost() {
    return otherwise.countLost();
  }
}
