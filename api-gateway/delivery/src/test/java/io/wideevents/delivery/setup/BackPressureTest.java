package io.wideevents.delivery.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.mongo.MongoLogger;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.tiers.DeliveryTiers;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gateway's own limits say nothing about MongoDB. */
class BackPressureTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final DeliveryOutcome IN_SPOOL = new DeliveryOutcome.Durable(Tier.SPOOL);
  private static final DeliveryOutcome IN_MONGODB = new DeliveryOutcome.Durable(Tier.MONGODB);

  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final MongoLogger mongodb =
      new MongoLogger(
          database,
          new MongoLoggerSettings(3, 1 << 20, 10, 1 << 20, 1, Duration.ZERO, AMPLE),
          new ClosingTime(AMPLE),
          Timing.system());
  private final DeliveryTiers tiers =
      new DeliveryTiers(
          Optional.empty(),
          new DeliveryTiers.MongoTier(mongodb, () -> true),
          Optional.of(
              new DeliveryTiers.SpoolTier(
                  new RecordingLogger(Tier.SPOOL),
                  () -> TierStatus.of(Tier.SPOOL, TierStatus.State.UP))),
          new ClosingTime(AMPLE),
          Timing.system());

  @AfterEach
  void close() {
    tiers.close();
  }

  @Test
  void fullWriter_sendsEventsToTheSpoolAndLeavesTheCircuitClosed() {
    // Given a MongoDB that is well, and a writer that is full
    database.hold();
    CompletableFuture<List<DeliveryOutcome>> filling = log(List.copyOf(StubEvent.many(3)));

    // When
    for (int i = 10; i < 20; i++) {
      assertThat(log(List.of(StubEvent.numbered(i))).join()).containsExactly(IN_SPOOL);
    }

    // Then
    assertThat(tiers.circuits()).extracting(TierStatus::state).containsExactly(TierStatus.State.UP);
    database.release();
    assertThat(filling.join()).containsOnly(IN_MONGODB);
    assertThat(log(List.of(StubEvent.numbered(30))).join()).containsExactly(IN_MONGODB);
  }

  private CompletableFuture<List<DeliveryOutcome>> log(List<EncodedEvent> events) {
    return tiers.live().log(events, Deadline.after(AMPLE));
  }
}
