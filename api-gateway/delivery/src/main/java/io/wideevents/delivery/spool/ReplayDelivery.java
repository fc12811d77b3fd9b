package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Events that the replay has sent to the tiers or to the dead-letter topic.
 *
 * @param expiresAt when waiting for the answer ends
 */
record ReplayDelivery(
    List<SpooledEvent> events, CompletableFuture<List<DeliveryOutcome>> answer, long expiresAt) {
  private static final Duration DEADLINE = Duration.ofSeconds(8);

  /** How long after its deadline an answer is still awaited. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  interface Target {
    CompletableFuture<List<DeliveryOutcome>> send(Deadline deadline);
  }

  /**
   * Sends events. Does not block.
   *
   * @param onAnswer called on any thread when the target has answered
   */
  static ReplayDelivery send(
      List<SpooledEvent> events, Target target, ReplayPace pace, Runnable onAnswer) {
    long expiresAt = pace.now() + DEADLINE.plus(GRACE).toNanos();
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = target.send(Deadline.after(DEADLINE, pace.nanoTime()));
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    var unused = answer.whenComplete((outcomes, failure) -> onAnswer.run());
    return new ReplayDelivery(events, answer, expiresAt);
  }

  /** Nanoseconds until waiting for the answer ends; 0 when the answer has arrived. */
  long nanosLeft(long now) {
    return answer.isDone() ? 0 : Math.max(0, expiresAt - now);
  }

  /** One outcome per event; not confirmed while there is no answer. */
  List<DeliveryOutcome> outcomes() {
    return switch (answer.state()) {
      case SUCCESS -> answer.resultNow();
      case FAILED -> notConfirmed(answer.exceptionNow());
      case CANCELLED, RUNNING ->
          notConfirmed(new TimeoutException("The target did not answer in time"));
    };
  }

  private List<DeliveryOutcome> notConfirmed(Throwable cause) {
    return Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(cause));
  }
}
