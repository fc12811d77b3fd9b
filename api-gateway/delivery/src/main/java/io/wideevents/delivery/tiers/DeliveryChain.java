package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.tiers.TierBreaker.Admission;
import io.wideevents.event.EncodedEvent;
import io.wideevents.log.Causes;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers events through the tiers in order: Kafka, then MongoDB, then the spool. Each tier gets
 * the events that no earlier tier has confirmed, under the same ids. What a tier gets depends on
 * the state of its circuit breaker:
 *
 * <ul>
 *   <li><b>closed</b>: the tier gets the events. Events that the tier does not confirm within its
 *       timeout go to the next tier.
 *   <li><b>open</b>: the next tier gets the events at once.
 *   <li><b>half-open</b>: one event of the call is the probe and goes to the tier. All events,
 *       including the probe, go to the next tier at the same time. A single event is answered by
 *       the tier that confirms first. Several events are answered by the next tier; the caller
 *       waits for the probe only if the next tier did not confirm that event.
 * </ul>
 *
 * <p>The spool has no circuit breaker, and may use all the time that is left. Without a spool, the
 * events that the last tier does not confirm stay unconfirmed.
 *
 * <p>Safe for concurrent use. Blocks only where a tier blocks. Owns the tiers and the executor.
 * Closes the tiers in order. After each tier, waits a bounded time until the tier's unconfirmed
 * events have been sent to the next tier.
 */
final class DeliveryChain implements LoggerPort {
  private static final Logger log = LoggerFactory.getLogger(DeliveryChain.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final List<Step> steps;
  private final Optional<LoggerPort> spool;
  private final ExecutorService executor;
  private final ClosingTime closing;

  /**
   * A tier.
   *
   * @param open number of calls that the tier has not answered yet or whose events are on the way
   *     to the next tier
   */
  private record Step(GuardedTier tier, AtomicInteger open) {}

  /** The events of one call, and the spool if their chain ends there. */
  private record Call(List<EncodedEvent> events, Deadline deadline, Optional<LoggerPort> spool) {
    /** The same call for some of its events. */
    Call with(List<EncodedEvent> some) {
      return new Call(some, deadline, spool);
    }
  }

  /**
   * @param tiers the tiers with a circuit breaker, at least one
   * @param spool the last tier
   * @param executor sends unconfirmed events to the next tier; the thread that completes a tier's
   *     outcome must not do the work of another tier
   * @param closing bounds the time to close
   */
  DeliveryChain(
      List<GuardedTier> tiers,
      Optional<LoggerPort> spool,
      ExecutorService executor,
      ClosingTime closing) {
    this.steps = tiers.stream().map(tier -> new Step(tier, new AtomicInteger())).toList();
    this.spool = spool;
    this.executor = executor;
    this.closing = closing;
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    return deliver(0, new Call(events, deadline, spool));
  }

  /**
   * The same tiers without the spool, for events that are in the spool already. Closing this logger
   * does nothing.
   */
  LoggerPort withoutSpool() {
    return new LoggerPort() {
      @Override
      public CompletableFuture<List<DeliveryOutcome>> log(
          List<EncodedEvent> events, Deadline deadline) {
        return deliver(0, new Call(events, deadline, Optional.empty()));
      }

      @Override
      public void close() {}
    };
  }

  /** Delivers the events of a call through the tiers from an index on. */
  private CompletableFuture<List<DeliveryOutcome>> deliver(int index, Call call) {
    if (index == steps.size()) {
      return deliverToSpool(call);
    }
    if (call.deadline().remaining().isZero()) {
      // The tier was not tried, so its breaker records nothing.
      return unconfirmed(call, new TimeoutException("No time left to deliver"));
    }
    GuardedTier tier = steps.get(index).tier();
    return switch (tier.admit()) {
      case ALL -> deliverToTier(index, call);
      case PROBE -> probe(index, call);
      case NONE -> {
        if (call.spool().isPresent()) {
          tier.fallbacks().circuitOpen(call.events().size());
        }
        yield deliver(index + 1, call);
      }
    };
  }

  private CompletableFuture<List<DeliveryOutcome>> deliverToTier(int index, Call call) {
    Step step = steps.get(index);
    step.open().incrementAndGet();
    return step.tier()
        .attempt(Admission.ALL, call.events(), call.deadline())
        .thenCompose(
            outcomes -> {
              List<Integer> open = openAfter(step.tier(), outcomes);
              if (open.isEmpty() || isLast(index, call)) {
                step.open().decrementAndGet();
                return CompletableFuture.completedFuture(outcomes);
              }
              if (call.spool().isPresent()) {
                step.tier().fallbacks().notConfirmed(open.size(), outcomes.get(open.getFirst()));
              }
              return handOn(index, call, outcomes, open);
            });
  }

  /**
   * Sends the open events of a call to the next tier, on the executor.
   *
   * @param outcomes of the tier at {@code index}, for all events
   * @param open the indexes of the events that go to the next tier
   */
  private CompletableFuture<List<DeliveryOutcome>> handOn(
      int index, Call call, List<DeliveryOutcome> outcomes, List<Integer> open) {
    // The executor may throw after it has queued the task, and run the task later. The call still
    // ends once.
    AtomicBoolean pending = new AtomicBoolean(true);
    Runnable end =
        () -> {
          if (pending.getAndSet(false)) {
            steps.get(index).open().decrementAndGet();
          }
        };
    return CompletableFuture.completedFuture(open)
        .thenComposeAsync(
            rest -> {
              try {
                return deliver(
                    index + 1, call.with(rest.stream().map(call.events()::get).toList()));
              } finally {
                end.run();
              }
            },
            this::onExecutor)
        .thenApply(later -> merged(outcomes, open, later))
        .exceptionally(
            // The executor could not start the task, for example because of an OutOfMemoryError.
            failure -> {
              end.run();
              var unconfirmed = new DeliveryOutcome.NotConfirmed(Causes.ofFuture(failure));
              return merged(outcomes, open, Collections.nCopies(open.size(), unconfirmed));
            });
  }

  /** After the executor was shut down, the calling thread runs the task. */
  private void onExecutor(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  private CompletableFuture<List<DeliveryOutcome>> probe(int index, Call call) {
    GuardedTier tier = steps.get(index).tier();
    int chosen = tier.nextProbe(call.events().size());
    CompletableFuture<DeliveryOutcome> probe =
        tier.attempt(Admission.PROBE, List.of(call.events().get(chosen)), call.deadline())
            .thenApply(List::getFirst);
    boolean isLast = isLast(index, call);
    CompletableFuture<List<DeliveryOutcome>> next =
        deliver(index + 1, call)
            .thenCompose(
                outcomes ->
                    withProbe(outcomes, chosen, probe, probed -> isLast || tier.isAnswer(probed)));
    return call.events().size() == 1 ? firstConfirmation(probe, next) : next;
  }

  /**
   * The outcomes of the next tier. If that tier did not confirm the probe, waits for the probe, and
   * takes its outcome if that is an answer.
   *
   * @param chosen the index of the probe
   */
  private static CompletableFuture<List<DeliveryOutcome>> withProbe(
      List<DeliveryOutcome> outcomes,
      int chosen,
      CompletableFuture<DeliveryOutcome> probe,
      Predicate<DeliveryOutcome> isAnswer) {
    if (!(outcomes.get(chosen) instanceof DeliveryOutcome.NotConfirmed)) {
      return CompletableFuture.completedFuture(outcomes);
    }
    return probe.thenApply(
        probed -> {
          if (isAnswer.test(probed)) {
            return merged(outcomes, List.of(chosen), List.of(probed));
          }
          return outcomes;
        });
  }

  /** The confirmation of the probe or the outcome of the next tier, whichever comes first. */
  private static CompletableFuture<List<DeliveryOutcome>> firstConfirmation(
      CompletableFuture<DeliveryOutcome> probe, CompletableFuture<List<DeliveryOutcome>> next) {
    CompletableFuture<List<DeliveryOutcome>> confirmation =
        probe.thenCompose(
            probed -> {
              if (probed instanceof DeliveryOutcome.Durable) {
                return CompletableFuture.completedFuture(List.of(probed));
              }
              return next;
            });
    return confirmation.applyToEither(next, Function.identity());
  }

  /** Sends events to the spool. An exception or a failed future counts as not confirmed. */
  private CompletableFuture<List<DeliveryOutcome>> deliverToSpool(Call call) {
    if (call.spool().isEmpty()) {
      return unconfirmed(call, new IllegalStateException("Not tried: no tier takes events now"));
    }
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = call.spool().get().log(call.events(), call.deadline());
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.exceptionally(
        failure ->
            Collections.nCopies(
                call.events().size(), new DeliveryOutcome.NotConfirmed(Causes.ofFuture(failure))));
  }

  private boolean isLast(int index, Call call) {
    return index == steps.size() - 1 && call.spool().isEmpty();
  }

  /** The indexes of the events that the next tier gets. */
  private static List<Integer> openAfter(GuardedTier tier, List<DeliveryOutcome> outcomes) {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (!tier.isAnswer(outcomes.get(i))) {
        open.add(i);
      }
    }
    return open;
  }

  /** The outcomes, with {@code later} at the given indexes. */
  private static List<DeliveryOutcome> merged(
      List<DeliveryOutcome> outcomes, List<Integer> indexes, List<DeliveryOutcome> later) {
    List<DeliveryOutcome> merged = new ArrayList<>(outcomes);
    for (int i = 0; i < indexes.size(); i++) {
      merged.set(indexes.get(i), later.get(i));
    }
    return merged;
  }

  private static CompletableFuture<List<DeliveryOutcome>> unconfirmed(Call call, Exception cause) {
    return CompletableFuture.completedFuture(
        Collections.nCopies(call.events().size(), new DeliveryOutcome.NotConfirmed(cause)));
  }

  @Override
  public void close() {
    closeFrom(0);
  }

  /** Closes the later tiers even if closing an earlier tier throws. */
  private void closeFrom(int index) {
    if (index == steps.size()) {
      spool.ifPresent(LoggerPort::close);
      return;
    }
    try {
      steps.get(index).tier().close();
    } finally {
      try {
        closeExecutor();
        // Answers that the tier gave while it closed may still be on the way to the next tier.
        Deadline.after(closing.grant(CLOSE_TIMEOUT))
            .await(() -> steps.get(index).open().get() == 0);
      } finally {
        closeFrom(index + 1);
      }
    }
  }

  private void closeExecutor() {
    executor.shutdown();
    try {
      long timeout = closing.grant(CLOSE_TIMEOUT).toMillis();
      if (!executor.awaitTermination(timeout, TimeUnit.MILLISECONDS)) {
        LogThrottle.safely(() -> log.atWarn().log("Closed before every fallback was done"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
