package io.wideevents.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordingLoggerTest extends LoggerPortContract {
  private final RecordingLogger logger = new RecordingLogger(Tier.KAFKA);

  @Override
  protected LoggerPort logger() {
    return logger;
  }

  @Override
  protected boolean isDurable(EventId id) {
    return logger.durable().containsKey(id);
  }

  @Override
  protected void goDown() {
    logger.goDown();
  }

  @Override
  protected void fallSilent() {
    logger.fallSilent();
  }

  @Test
  void refuse_refusesMatchingEventsOnly() {
    StubEvent poison = StubEvent.of("refused", "poison");
    logger.refuse(event -> event.id().equals(poison.id()));

    List<DeliveryOutcome> outcomes =
        logger
            .log(List.of(StubEvent.numbered(1), poison), Deadline.after(Duration.ofSeconds(1)))
            .join();

    assertThat(outcomes.get(0)).isEqualTo(new DeliveryOutcome.Durable(Tier.KAFKA));
    assertThat(outcomes.get(1)).isInstanceOf(DeliveryOutcome.Refused.class);
    assertThat(logger.durable()).hasSize(1);
  }
}
