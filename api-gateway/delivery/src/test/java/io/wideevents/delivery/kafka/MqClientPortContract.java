package io.wideevents.delivery.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract of {@link MqClientPort}, in addition to the contract of a logger. */
public abstract class MqClientPortContract extends LoggerPortContract {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  private @Nullable Set<EventId> durable;

  /** The client under test, connected to a queue that works. */
  protected abstract MqClientPort client();

  /** The ids of the events in the queue, in any order. Waits for events in flight. */
  protected abstract List<EventId> published();

  @Override
  protected LoggerPort logger() {
    return client();
  }

  /** Reads the queue once, after the calls of a test. */
  @Override
  protected boolean isDurable(EventId id) {
    if (durable == null) {
      durable = Set.copyOf(published());
    }
    return durable.contains(id);
  }

  @Test
  void log_publishesEveryEventOnce() {
    List<EncodedEvent> events = List.copyOf(StubEvent.many(250));

    client().log(events, Deadline.after(AMPLE)).join();

    assertThat(published())
        .containsExactlyInAnyOrderElementsOf(events.stream().map(EncodedEvent::id).toList());
  }

  @Test
  void log_publishesNothingAfterItsDeadline() {
    client().log(List.of(StubEvent.numbered(1)), Deadline.after(Duration.ZERO)).join();

    assertThat(published()).isEmpty();
  }

  @Test
  void close_completesOpenCallsBeforeItReturns() {
    MqClientPort client = client();
    fallSilent();
    CompletableFuture<List<DeliveryOutcome>> open =
        client.log(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE));

    client.close();

    assertThat(open).isDone();
  }

  @Test
  void unavailability_isEmptyWhileTheQueueWorks() {
    MqClientPort client = client();

    assertThat(client.unavailability()).isEmpty();
    client.close();
    assertThat(client.unavailability()).isPresent();
  }
}
