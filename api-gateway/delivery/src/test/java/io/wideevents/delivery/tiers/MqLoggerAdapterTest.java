package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.delivery.kafka.InMemoryMqClient;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import org.junit.jupiter.api.Test;

class MqLoggerAdapterTest extends LoggerPortContract {
  private static final TierStatus CIRCUIT_CLOSED = TierStatus.of(Tier.KAFKA, State.UP);

  private final InMemoryMqClient mq = new InMemoryMqClient();
  private final MqLoggerAdapter adapter = new MqLoggerAdapter(mq);

  @Override
  protected LoggerPort logger() {
    return adapter;
  }

  @Override
  protected boolean isDurable(EventId id) {
    return mq.durable().containsKey(id);
  }

  @Override
  protected void goDown() {
    mq.goDown();
  }

  @Override
  protected void fallSilent() {
    mq.fallSilent();
  }

  @Test
  void status_isTheCircuitsWhileTheQueueIsAvailable() {
    assertThat(adapter.status(CIRCUIT_CLOSED)).isEqualTo(CIRCUIT_CLOSED);
  }

  @Test
  void status_isDownSinceTheOutageOrSinceTheCircuitOpenedBefore() {
    // Given
    mq.goDown();
    TierStatus openedBefore =
        TierStatus.of(Tier.KAFKA, State.DOWN).since(InMemoryMqClient.DOWN_SINCE.minusSeconds(1));

    // When
    TierStatus outage = adapter.status(CIRCUIT_CLOSED);
    TierStatus both = adapter.status(openedBefore);

    // Then
    assertThat(outage.state()).isEqualTo(State.DOWN);
    assertThat(outage.detail()).isEqualTo("down on demand");
    assertThat(outage.since()).hasValue(InMemoryMqClient.DOWN_SINCE);
    assertThat(both.since()).isEqualTo(openedBefore.since());
  }
}
