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
 * Delivers each event to one tier and waits for the outcome on the request's own thread. An event
 * that the tier acknowledged is durable before the client gets its reply. An event that the tier
 * does not acknowledge goes to the queue.
 *
 * <p>Safe for concurrent use; {@link #take} blocks until the tier's outcome, for the delivery
 * timeout at most.
 */
final class WaitingHandOff implements EventHandOff {
  private final LoggerPort tier;
  private final LoggingSettings settings;
  private final FieldRules rules;
  private final LoggingCounters counters;
  private final QueuedHandOff otherwise;

  /**
   * Idle finalizers. Their number is the largest number of requests that ended at the same time.
   */
  private final Queue<EventFinalizer> idle = new ConcurrentLinkedQueue<>();

  /** Events for which requests are waiting. */
  private final Set<Pending.Encoded> waiting = ConcurrentHashMap.newKeySet();

  /** Deadline shared by the requests of a stopping host; null while the tier answers. */
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
        otherwise.durable(event, durable);
        // The tier answered, so the next request gets the full timeout again.
        atStop.set(null);
        return;
      }
    } catch (Throwable e) {
      // A timeout, or a bug in the tier, which may throw checked exceptions as well. The event must
      // still be delivered.
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
    if (event.unconfirmed()) {
      otherwise.take(event);
    }
  }

  /**
   * Blocks until the deadline at most. An interrupt does not end the wait; the interrupt flag is
   * set again at the end.
   */
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
