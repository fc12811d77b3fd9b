package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.kafka.InMemoryMqClient;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveryTiersTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  private final InMemoryMqClient mq = new InMemoryMqClient();
  private final AtomicBoolean mongodbReached = new AtomicBoolean();
  private final RecordingLogger mongodb = new RecordingLogger(Tier.MONGODB);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);
  private final DeliveryTiers tiers =
      new DeliveryTiers(
          Optional.of(mq),
          new DeliveryTiers.MongoTier(mongodb, mongodbReached::get),
          Optional.of(
              new DeliveryTiers.SpoolTier(spool, () -> TierStatus.of(Tier.SPOOL, State.UP))),
          new ClosingTime(Duration.ofSeconds(30)),
          Timing.system());

  @AfterEach
  void close() {
    tiers.close();
  }

  @Test
  void live_triesTheTiersInOrder() {
    assertThat(log(tiers.live(), 1)).isEqualTo(new DeliveryOutcome.Durable(Tier.KAFKA));

    mq.goDown();
    assertThat(log(tiers.live(), 2)).isEqualTo(new DeliveryOutcome.Durable(Tier.MONGODB));

    mongodb.goDown();
    assertThat(log(tiers.live(), 3)).isEqualTo(new DeliveryOutcome.Durable(Tier.SPOOL));

    spool.goDown();
    assertThat(log(tiers.live(), 4)).isInstanceOf(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void live_handsOnExactlyTheEventsTheQueueDoesNotConfirm() {
    // Given one that is not confirmed and one that the queue never takes
    List<EncodedEvent> events = List.copyOf(StubEvent.many(3));
    mq.leaveUnconfirmed(event -> event.equals(events.get(0)));
    mq.refuse(event -> event.equals(events.get(2)));

    // When
    List<DeliveryOutcome> outcomes = tiers.live().log(events, Deadline.after(AMPLE)).join();

    // Then
    assertThat(outcomes)
        .containsExactly(
            new DeliveryOutcome.Durable(Tier.MONGODB),
            new DeliveryOutcome.Durable(Tier.KAFKA),
            new DeliveryOutcome.Durable(Tier.MONGODB));
    assertThat(mongodb.durable().keySet()).containsExactly(events.get(0).id(), events.get(2).id());
  }

  @Test
  void live_logsFewFallbacksOfSingleEvents() {
    // Given a queue that never takes every second event
    List<EncodedEvent> events = List.copyOf(StubEvent.many(100));
    mq.refuse(event -> events.indexOf(event) % 2 == 0);

    try (LogCapture log = new LogCapture(MqLoggerAdapter.class)) {
      // When
      for (EncodedEvent event : events) {
        tiers.live().log(List.of(event), Deadline.after(AMPLE)).join();
      }

      // Then
      assertThat(mongodb.durable()).hasSize(50);
      // Tests that run at the same time log a few lines too.
      assertThat(log.events(Level.WARN)).isNotEmpty().hasSizeLessThan(25);
    }
  }

  @Test
  void live_leavesTimeForTheSpoolWhileTheTiersAboveHang() {
    // Given the largest request, and two tiers that take everything and answer nothing
    mq.fallSilent();
    mongodb.fallSilent();
    List<EncodedEvent> events = List.copyOf(StubEvent.many(10_000));
    Deadline deadline = Deadline.after(Duration.ofSeconds(4));

    // When
    List<DeliveryOutcome> outcomes = tiers.live().log(events, deadline).join();

    // Then all events are durable in time
    assertThat(deadline.remaining()).isPositive();
    assertThat(outcomes).hasSize(10_000).containsOnly(new DeliveryOutcome.Durable(Tier.SPOOL));
  }

  @Test
  void live_spoolsAtOnceWhileBothCircuitsAreOpen() {
    // Given
    mq.goDown();
    mongodb.goDown();
    log(tiers.live(), 1);
    log(tiers.live(), 2);
    mq.fallSilent();
    mongodb.fallSilent();

    // When
    CompletableFuture<List<DeliveryOutcome>> answer =
        tiers.live().log(List.of(StubEvent.numbered(3)), Deadline.after(AMPLE));

    // Then the call has not waited for another thread
    assertThat(answer).isCompletedWithValue(List.of(new DeliveryOutcome.Durable(Tier.SPOOL)));
  }

  @Test
  void live_keepsWhatMongoDbRefusesOutOfTheSpool() {
    mq.goDown();
    mongodb.refuse(event -> true);

    assertThat(log(tiers.live(), 1)).isInstanceOf(DeliveryOutcome.Refused.class);
    assertThat(spool.calls()).isEmpty();
  }

  @Test
  void live_startsAtMongoDbWithoutAQueue() {
    try (DeliveryTiers direct =
        new DeliveryTiers(
            Optional.empty(),
            new DeliveryTiers.MongoTier(mongodb, mongodbReached::get),
            Optional.of(
                new DeliveryTiers.SpoolTier(spool, () -> TierStatus.of(Tier.SPOOL, State.UP))),
            new ClosingTime(Duration.ofSeconds(30)),
            Timing.system())) {
      assertThat(log(direct.live(), 1)).isEqualTo(new DeliveryOutcome.Durable(Tier.MONGODB));
      assertThat(direct.status()).extracting(TierStatus::tier).doesNotContain(Tier.KAFKA);
    }
  }

  @Test
  void replay_neverGoesBackToTheSpool() {
    mq.goDown();
    mongodb.goDown();

    assertThat(log(tiers.replay(), 1)).isInstanceOf(DeliveryOutcome.NotConfirmed.class);
    assertThat(spool.calls()).isEmpty();
  }

  @Test
  void replay_sharesWhatIsKnownAboutTheTiers() {
    // Given
    mq.goDown();
    log(tiers.live(), 1);
    log(tiers.live(), 2);
    int calls = mq.calls().size();

    // When
    DeliveryOutcome outcome = log(tiers.replay(), 3);

    // Then
    assertThat(outcome).isEqualTo(new DeliveryOutcome.Durable(Tier.MONGODB));
    assertThat(mq.calls()).hasSize(calls);
  }

  @Test
  void replay_tellsWhyMongoDbDidNotConfirm() {
    // Given an event that cannot become a document
    var undecodable = new IllegalStateException("no event any more");
    mq.goDown();

    try (DeliveryTiers broken =
        new DeliveryTiers(
            Optional.of(mq),
            new DeliveryTiers.MongoTier(new ThrowingLogger(undecodable), mongodbReached::get),
            Optional.of(
                new DeliveryTiers.SpoolTier(spool, () -> TierStatus.of(Tier.SPOOL, State.UP))),
            new ClosingTime(Duration.ofSeconds(30)),
            Timing.system())) {
      // When, Then: the replay looks at the cause
      assertThat(log(broken.replay(), 1)).isEqualTo(new DeliveryOutcome.NotConfirmed(undecodable));
      assertThat(log(broken.live(), 2)).isEqualTo(new DeliveryOutcome.Durable(Tier.SPOOL));
      assertThat(broken.failures()).containsExactly(entry(Tier.KAFKA, 0L), entry(Tier.MONGODB, 2L));
    }
  }

  @Test
  void status_saysWhyNoEventCanBeWrittenToTheDatabase() {
    // Given a database that answers, with a collection that cannot hold events
    mongodbReached.set(true);
    DirectDatabase unsuitable =
        new DirectDatabase() {
          @Override
          public boolean hasAnswered() {
            return true;
          }

          @Override
          public Optional<String> unavailability() {
            return Optional.of("the collection is capped");
          }
        };

    try (DeliveryTiers direct =
        new DeliveryTiers(
            Optional.empty(),
            new DeliveryTiers.MongoTier(mongodb, unsuitable),
            Optional.of(
                new DeliveryTiers.SpoolTier(spool, () -> TierStatus.of(Tier.SPOOL, State.UP))),
            new ClosingTime(Duration.ofSeconds(30)),
            Timing.system())) {
      // When
      TierStatus status = direct.status().getFirst();

      // Then
      assertThat(status.state()).isEqualTo(State.DOWN);
      assertThat(status.detail()).isEqualTo("the collection is capped");
      assertThat(status.since()).isPresent();
    }
  }

  @Test
  void status_tellsSinceWhenKafkaIsDownThoughNoEventCame() {
    mq.goDown();

    TierStatus kafka = tiers.status().getFirst();

    assertThat(kafka.state()).isEqualTo(State.DOWN);
    assertThat(kafka.since()).hasValue(InMemoryMqClient.DOWN_SINCE);
    assertThat(kafka.detail()).isEqualTo("down on demand");
    assertThat(tiers.circuits()).extracting(TierStatus::state).containsExactly(State.UP, State.UP);
  }

  @Test
  void status_takesMongoDbForDownUntilItGaveASignOfLife() {
    assertThat(mongodbStatus().state()).isEqualTo(State.DOWN);
    assertThat(mongodbStatus().since()).isPresent();
    assertThat(mongodbStatus().detail()).isEqualTo("not reached yet");

    mongodbReached.set(true);

    assertThat(mongodbStatus()).isEqualTo(TierStatus.of(Tier.MONGODB, State.UP));
  }

  @Test
  void status_takesMongoDbForUpOnceItTookOrRefusedAnEvent() {
    mq.goDown();
    mongodb.goDown();
    log(tiers.live(), 1);
    assertThat(mongodbStatus().state()).isEqualTo(State.DOWN);

    mongodb.comeBack();
    mongodb.refuse(event -> true);
    log(tiers.live(), 2);

    assertThat(mongodbStatus().state()).isEqualTo(State.UP);
  }

  @Test
  void onRecovery_tellsWhenATierIsBack() {
    // Given
    AtomicInteger recoveries = new AtomicInteger();
    tiers.onRecovery(recoveries::incrementAndGet);
    mq.goDown();
    log(tiers.live(), 1);
    log(tiers.live(), 2);
    assertThat(tiers.status().getFirst().state()).isEqualTo(State.DOWN);
    assertThat(tiers.status().getFirst().since()).isPresent();

    // When
    mq.comeBack();

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(log(tiers.live(), 3))
                    .isEqualTo(new DeliveryOutcome.Durable(Tier.KAFKA)));
    assertThat(recoveries).hasValue(1);
  }

  @Test
  void close_closesEveryTier() {
    tiers.close();

    assertThat(mq.unavailability()).isPresent();
    assertThat(mongodb.isClosed()).isTrue();
    assertThat(spool.isClosed()).isTrue();
  }

  private TierStatus mongodbStatus() {
    return tiers.status().get(1);
  }

  private record ThrowingLogger(RuntimeException failure) implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      throw failure;
    }

    @Override
    public void close() {}
  }

  private static DeliveryOutcome log(LoggerPort logger, int number) {
    List<EncodedEvent> events = List.of(StubEvent.numbered(number));
    return logger.log(events, Deadline.after(AMPLE)).join().getFirst();
  }
}
