package io.wideevents.delivery.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link MqClientPort} promises. */
public abstract class MqClientPortContract {
  private static final Duration AMPLE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** How long a future may lag behind its deadline on a busy machine. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  /** The client under test, connected to a queue that works. */
  protected abstract MqClientPort client();

  /** The ids of the events in the queue, in any order; waits for those that are on their way. */
  protected abstract List<EventId> published();

  /** Makes the queue take events and never confirm them. */
  protected abstract void fallSilent();

  @Test
  void publish_confirmsEveryEvent() throws Exception {
    List<EncodedEvent> events = List.copyOf(StubEvent.many(250));

    List<DeliveryOutcome> outcomes = answer(client().publish(events, Deadline.after(AMPLE)));

    assertThat(outcomes)
        .hasSize(250)
        .allSatisfy(
            outcome -> assertThat(outcome).isEqualTo(new DeliveryOutcome.Durable(Tier.KAFKA)));
    assertThat(published())
        .containsExactlyInAnyOrderElementsOf(events.stream().map(EncodedEvent::id).toList());
  }

  @Test
  void publish_answersByTheDeadlineWhenTheQueueDoesNot() throws Exception {
    MqClientPort client = client();
    fallSilent();
    long start = System.nanoTime();

    List<DeliveryOutcome> outcomes =
        answer(client.publish(List.copyOf(StubEvent.many(3)), Deadline.after(SHORT)));

    assertThat(outcomes).hasSize(3).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT.plus(SLACK));
  }

  @Test
  void publish_sendsNothingAfterItsDeadline() throws Exception {
    List<DeliveryOutcome> outcomes =
        answer(client().publish(List.of(StubEvent.numbered(1)), Deadline.after(Duration.ZERO)));

    assertThat(outcomes).hasSize(1).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(published()).isEmpty();
  }

  @Test
  void publish_confirmsNothingAfterClose() throws Exception {
    MqClientPort client = client();
    client.close();

    List<DeliveryOutcome> outcomes =
        answer(client.publish(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE)));

    assertThat(outcomes).hasSize(1).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(client.unavailability()).isPresent();
  }

  @Test
  void close_leavesNoCallUnanswered() throws Exception {
    MqClientPort client = client();
    fallSilent();
    CompletableFuture<List<DeliveryOutcome>> unanswered =
        client.publish(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE));

    client.close();
    client.close();

    assertThat(unanswered).isDone();
    assertThat(answer(unanswered)).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void unavailability_isEmptyWhileTheQueueWorks() {
    assertThat(client().unavailability()).isEmpty();
  }

  private static List<DeliveryOutcome> answer(CompletableFuture<List<DeliveryOutcome>> future)
      throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }
}
