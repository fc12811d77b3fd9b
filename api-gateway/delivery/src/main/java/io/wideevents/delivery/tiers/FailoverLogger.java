package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.tiers.TierBreaker.Admission;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Gives events to one tier and takes those it does not confirm to the next, under the same ids.
 *
 * <p>While the tier's circuit is open nothing waits for it: a probe is one real event that goes to
 * it and to the next tier, answered by whichever has it first. Safe for concurrent use. Blocks only
 * where the tier does. Closes the next tier, after what the closing of the first one left
 * unconfirmed has gone there; the first tier is closed by {@code closeFirst}.
 */
final class FailoverLogger implements LoggerPort {
  /** What becomes of an event that the first tier refuses for its own sake. */
  enum OnRefusal {
    /** The next tier may take it: Kafka has limits that MongoDB has not. */
    TRY_NEXT,
    /** It is the answer: the tier is where the event would end up anyway. */
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
   * @param closing what bounds the end
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
    // Its queue needs no bound of its own: a request has one task in it at most.
    this.executor = timing.executor("delivery-" + first.label(), THREADS);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    if (deadline.remaining().isZero()) {
      // Not tried, so nothing is learned about the tier.
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
      // A first tier that does not close, whatever it throws, must not keep the next one open.
      try {
        closeExecutor();
        // What the first tier answered at the last moment is on its way to the next one.
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

  /** The next tier's outcomes; what it throws, or fails with, confirms nothing. */
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

  /** Leaves the tier's own thread before anything is done for the next tier. */
  private CompletableFuture<List<DeliveryOutcome>> handOn(
      List<EncodedEvent> events,
      List<DeliveryOutcome> outcomes,
      List<Integer> open,
      Deadline deadline) {
    return CompletableFuture.completedFuture(open)
        .thenComposeAsync(
            unsettled -> tryNext(events, outcomes, unsettled, deadline), this::onOwnThread)
        .exceptionally(
            // This logger is closed, or there is no memory for a task or a thread: what the first
            // tier did not settle stays unconfirmed.
            failure ->
                unsettled(
                    outcomes,
                    open,
                    failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure));
  }

  /** While this logger closes, the thread of the tier's answer is left to find the next tier. */
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

  /** Whether an outcome of the first tier is the answer, whatever the next tier could do. */
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

  /** Counts the calls that the first tier has, or that are on their way to the next one. */
  private static final class HandOns {
    private int open;

    synchronized void begin() {
      open++;
    }

    synchronized void end() {
      open--;
      notifyAll();
    }

    /** Waits until there is none, for a limited time, or until the thread is interrupted. */
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
