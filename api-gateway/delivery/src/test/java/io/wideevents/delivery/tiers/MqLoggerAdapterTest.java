package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.kafka.InMemoryMqClient;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MqLoggerAdapterTest extends LoggerPortContract {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  private final InMemoryMqClient mq = new InMemoryMqClient();
  private final RecordingLogger direct = new RecordingLogger(Tier.MONGODB);
  private final LoggerPort logger =
      new MqLoggerAdapter(
          mq,
          new TierBreaker(Tier.KAFKA, Timing.system()),
          direct,
          new ClosingTime(Duration.ofSeconds(30)),
          Timing.system());

  @AfterEach
  void close() {
    logger.close();
  }

  @Override
  protected LoggerPort logger() {
    return logger;
  }

  @Override
  protected boolean isDurable(EventId id) {
    return mq.published().contains(id) || direct.durable().containsKey(id);
  }

  @Override
  protected void goDown() {
    mq.goDown();
    direct.goDown();
  }

  @Override
  protected void fallSilent() {
    mq.fallSilent();
    direct.fallSilent();
  }

  @Test
  void log_fallsBackForExactlyTheEventsTheQueueDoesNotConfirm() {
    // Given one that is not confirmed and one that the queue never takes
    List<EncodedEvent> events = List.copyOf(StubEvent.many(3));
    mq.leaveUnconfirmed(event -> event.equals(events.get(0)));
    mq.refuse(event -> event.equals(events.get(2)));

    // When
    List<DeliveryOutcome> outcomes = logger.log(events, Deadline.after(AMPLE)).join();

    // Then
    assertThat(outcomes)
        .containsExactly(
            new DeliveryOutcome.Durable(Tier.MONGODB),
            new DeliveryOutcome.Durable(Tier.KAFKA),
            new DeliveryOutcome.Durable(Tier.MONGODB));
    assertThat(direct.durable().keySet()).containsExactly(events.get(0).id(), events.get(2).id());
  }
}
