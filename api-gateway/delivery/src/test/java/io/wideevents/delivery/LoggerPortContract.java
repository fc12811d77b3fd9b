package io.wideevents.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of {@link LoggerPort}, for every implementation. */
public abstract class LoggerPortContract {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** How much later than its deadline a future may complete on a busy machine. */
  private static final Duration SLACK = Duration.ofSeconds(20);

  /** The logger under test, with a backend that works. */
  protected abstract LoggerPort logger();

  /** Whether the backend under test has the event. */
  protected abstract boolean isDurable(EventId id);

  /** Makes the backend fail. */
  protected abstract void goDown();

  /** Makes the backend accept requests without an answer. */
  protected abstract void fallSilent();

  @Test
  void log_tellsOfEveryEventThatItIsDurable() throws Exception {
    List<EncodedEvent> events = List.copyOf(StubEvent.many(250));

    List<DeliveryOutcome> outcomes = answer(logger().log(events, Deadline.after(AMPLE)));

    assertThat(outcomes).hasSize(250).hasOnlyElementsOfType(DeliveryOutcome.Durable.class);
    assertThat(events).allMatch(event -> isDurable(event.id()));
  }

  @Test
  void log_takesTheSameEventTwice() throws Exception {
    EncodedEvent event = StubEvent.numbered(1);
    answer(logger().log(List.of(event), Deadline.after(AMPLE)));

    List<DeliveryOutcome> outcomes =
        answer(logger().log(List.of(event, event), Deadline.after(AMPLE)));

    assertThat(outcomes).hasSize(2).hasOnlyElementsOfType(DeliveryOutcome.Durable.class);
  }

  @Test
  void log_confirmsNothingWhileTheBackendIsDown() throws Exception {
    LoggerPort logger = logger();
    goDown();

    List<DeliveryOutcome> outcomes =
        answer(logger.log(List.copyOf(StubEvent.many(3)), Deadline.after(AMPLE)));

    assertThat(outcomes).hasSize(3).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void log_answersByTheDeadlineWhenTheBackendDoesNot() throws Exception {
    LoggerPort logger = logger();
    fallSilent();
    long start = System.nanoTime();

    List<DeliveryOutcome> outcomes =
        answer(logger.log(List.copyOf(StubEvent.many(3)), Deadline.after(SHORT)));

    assertThat(outcomes).hasSize(3).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT.plus(SLACK));
  }

  @Test
  void log_confirmsNothingAfterItsDeadline() throws Exception {
    List<DeliveryOutcome> outcomes =
        answer(logger().log(List.of(StubEvent.numbered(1)), Deadline.after(Duration.ZERO)));

    assertThat(outcomes).hasSize(1).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void log_confirmsNothingAfterClose() throws Exception {
    LoggerPort logger = logger();
    logger.close();

    List<DeliveryOutcome> outcomes =
        answer(logger.log(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE)));

    assertThat(outcomes).hasSize(1).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void close_leavesNoCallUnanswered() throws Exception {
    LoggerPort logger = logger();
    fallSilent();
    CompletableFuture<List<DeliveryOutcome>> unanswered =
        logger.log(List.of(StubEvent.numbered(1)), Deadline.after(Duration.ofSeconds(10)));

    logger.close();
    logger.close();

    assertThat(answer(unanswered))
        .hasSize(1)
        .hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  private static List<DeliveryOutcome> answer(CompletableFuture<List<DeliveryOutcome>> future)
      throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }
}
