package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.tiers.TierBreaker.Admission;
import io.wideevents.event.EncodedEvent;
import io.wideevents.log.Causes;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Sends events to one tier, and sends the events that this tier does not confirm to the next tier
 * under the same ids.
 *
 * <p>While the circuit is open, the tier gets no event and the next tier gets all. While the
 * circuit is half-open, one real event is the probe: it goes to the tier and to the next tier, and
 * the first confirmation is the answer.
 *
 * <p>Safe for concurrent use. Blocks only where a tier blocks. Closes the first tier with {@code
 * closeFirst}, then waits until the events that the first tier left unconfirmed have been sent to
 * the next tier, then closes the next tier.
 */
final class FailoverLogger implements LoggerPort {
  /** What happens to an event that the first tier rejects. */
  enum OnRefusal {
    /** Try the next tier: Kafka has limits that MongoDB does not have. */
    TRY_NEXT,
    /** Answer with the rejection: the event would end up in this tier anyway. */
    ANSWER
  }

  private static final int THREADS = 2;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final GuardedTier first;
  private final Runnable closeFirst;
  private final LoggerPort next;
  private final OnRefusal onRefusal;
  private final FallbackLog log;
  private final ClosingTime closing;
  private final ExecutorService executor;
  private final HandOns handOns = new HandOns();

  /**
   * @param closeFirst closes the first tier
   * @param closing bounds the time to close
   */
  FailoverLogger(
      GuardedTier first,
      Runnable closeFirst,
      LoggerPort next,
      OnRefusal onRefusal,
      FallbackLog log,
      ClosingTime closing,
      Timing timing) {
    this.first = first;
    this.closeFirst = closeFirst;
    this.next = next;
    this.onRefusal = onRefusal;
    this.log = log;
    this.closing = closing;
    // The queue is not bounded here, because each request has at most one task in it.
    this.executor = timing.executor("delivery-" + first.label(), THREADS);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    if (deadline.remaining().isZero()) {
      // The tier was not tried, so the breaker records nothing.
      var late = new DeliveryOutcome.NotConfirmed(new TimeoutException("No time left to deliver"));
      return CompletableFuture.completedFuture(Collections.nCopies(events.size(), late));
    }
    return switch (first.admit()) {
      case ALL -> tryFirst(events, deadline);
      case PROBE -> probe(events, deadline);
      case NONE -> {
        log.fellBack(events.size(), "circuit open");
        yield giveNext(events, deadline);
      }
    };
  }

  @Override
  public void close() {
    try {
      closeFirst.run();
    } finally {
      // The next tier must be closed even if closing the first tier throws.
      try {
        closeExecutor();
        // Answers that the first tier gave while it closed may still be on the way to the next
        // tier.
        handOns.awaitNone(closing.grant(CLOSE_TIMEOUT));
      } finally {
        next.close();
      }
    }
  }

  private void closeExecutor() {
    executor.shutdown();
    try {
      long timeout = closing.grant(CLOSE_TIMEOUT).toMillis();
      if (!executor.awaitTermination(timeout, TimeUnit.MILLISECONDS)) {
        log.leftBehind();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends events to the next tier. An exception or a failed future counts as not confirmed. */
  private CompletableFuture<List<DeliveryOutcome>> giveNext(
      List<EncodedEvent> events, Deadline deadline) {
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = next.log(events, deadline);
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.exceptionally(
        failure -> Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(failure)));
  }

  private CompletableFuture<List<DeliveryOutcome>> tryFirst(
      List<EncodedEvent> events, Deadline deadline) {
    handOns.begin();
    return first
        .attempt(Admission.ALL, events, deadline)
        .thenCompose(
            outcomes -> {
              List<Integer> open = open(outcomes);
              if (open.isEmpty()) {
                handOns.end();
                log.delivered();
                return CompletableFuture.completedFuture(outcomes);
              }
              log.fellBack(open.size(), outcomes.get(open.getFirst()));
              return handOn(events, outcomes, open, deadline);
            });
  }

  /**
   * Runs the call to the next tier on the executor, because the tier's own thread must not be held.
   */
  private CompletableFuture<List<DeliveryOutcome>> handOn(
      List<EncodedEvent> events,
      List<DeliveryOutcome> outcomes,
      List<Integer> open,
      Deadline deadline) {
    return CompletableFuture.completedFuture(open)
        .thenComposeAsync(
            unsettled -> tryNext(events, outcomes, unsettled, deadline), this::onOwnThread)
        .exceptionally(
            // This logger is closed, or there is no memory for a task or a thread. The events that
            // the first tier left unconfirmed stay unconfirmed.
            failure -> unsettled(outcomes, open, Causes.ofFuture(failure)));
  }

  /**
   * Runs the task on the executor. After the executor was shut down, the calling thread runs the
   * task.
   */
  private void onOwnThread(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  private CompletableFuture<List<DeliveryOutcome>> tryNext(
      List<EncodedEvent> events,
      List<DeliveryOutcome> outcomes,
      List<Integer> unsettled,
      Deadline deadline) {
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = giveNext(unsettled.stream().map(events::get).toList(), deadline);
    } finally {
      handOns.end();
    }
    return answer.thenApply(
        later -> {
          List<DeliveryOutcome> merged = new ArrayList<>(outcomes);
          for (int i = 0; i < later.size(); i++) {
            merged.set(unsettled.get(i), later.get(i));
          }
          return merged;
        });
  }

  private CompletableFuture<List<DeliveryOutcome>> probe(
      List<EncodedEvent> events, Deadline deadline) {
    CompletableFuture<DeliveryOutcome> probe =
        first.attempt(Admission.PROBE, events.subList(0, 1), deadline).thenApply(List::getFirst);
    CompletableFuture<List<DeliveryOutcome>> throughNext =
        giveNext(events, deadline)
            .thenCompose(
                outcomes ->
                    outcomes.getFirst() instanceof DeliveryOutcome.NotConfirmed
                        ? probe.thenApply(
                            probed -> settles(probed) ? withFirst(outcomes, probed) : outcomes)
                        : CompletableFuture.completedFuture(outcomes));
    if (events.size() > 1) {
      return throughNext;
    }
    return probe
        .thenCompose(
            probed ->
                probed instanceof DeliveryOutcome.Durable
                    ? CompletableFuture.completedFuture(List.of(probed))
                    : throughNext)
        .applyToEither(throughNext, Function.identity());
  }

  private List<Integer> open(List<DeliveryOutcome> outcomes) {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (!settles(outcomes.get(i))) {
        open.add(i);
      }
    }
    return open;
  }

  /** Whether the first tier's outcome is final, so that the next tier is not tried. */
  private boolean settles(DeliveryOutcome outcome) {
    return switch (outcome) {
      case DeliveryOutcome.Durable durable -> true;
      case DeliveryOutcome.NotConfirmed notConfirmed -> false;
      case DeliveryOutcome.Refused refused -> onRefusal == OnRefusal.ANSWER;
    };
  }

  private static List<DeliveryOutcome> unsettled(
      List<DeliveryOutcome> outcomes, List<Integer> open, Throwable cause) {
    List<DeliveryOutcome> answers = new ArrayList<>(outcomes);
    open.forEach(index -> answers.set(index, new DeliveryOutcome.NotConfirmed(cause)));
    return answers;
  }

  private static List<DeliveryOutcome> withFirst(
      List<DeliveryOutcome> outcomes, DeliveryOutcome first) {
    List<DeliveryOutcome> replaced = new ArrayList<>(outcomes);
    replaced.set(0, first);
    return replaced;
  }

  /**
   * Counts the calls that the first tier has not answered yet or whose events are on the way to the
   * next tier.
   */
  private static final class HandOns {
    private int open;

    synchronized void begin() {
      open++;
    }

    synchronized void end() {
      open--;
      notifyAll();
    }

    /** Waits until the count is zero, the timeout has passed or the thread is interrupted. */
    synchronized void awaitNone(Duration timeout) {
      Deadline end = Deadline.after(timeout);
      try {
        while (open > 0 && !end.remaining().isZero()) {
          TimeUnit.NANOSECONDS.timedWait(this, end.remaining().toNanos());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
