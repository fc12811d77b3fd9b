package io.wideevents.delivery.tiers;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.kafka.InMemoryMqClient;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** The chain of all three tiers follows the contract of a logger. */
class LiveChainTest extends LoggerPortContract {
  private final InMemoryMqClient mq = new InMemoryMqClient();
  private final RecordingLogger mongodb = new RecordingLogger(Tier.MONGODB);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);
  private final DeliveryTiers tiers =
      new DeliveryTiers(
          Optional.of(mq),
          new DeliveryTiers.MongoTier(mongodb, () -> true),
          Optional.of(
              new DeliveryTiers.SpoolTier(
                  spool, () -> TierStatus.of(Tier.SPOOL, TierStatus.State.UP))),
          new ClosingTime(Duration.ofSeconds(30)),
          Timing.system());

  @AfterEach
  void close() {
    tiers.close();
  }

  @Override
  protected LoggerPort logger() {
    return tiers.live();
  }

  @Override
  protected boolean isDurable(EventId id) {
    return Stream.of(mq, mongodb, spool).anyMatch(tier -> tier.durable().containsKey(id));
  }

  @Override
  protected void goDown() {
    Stream.of(mq, mongodb, spool).forEach(RecordingLogger::goDown);
  }

  @Override
  protected void fallSilent() {
    Stream.of(mq, mongodb, spool).forEach(RecordingLogger::fallSilent);
  }
}
