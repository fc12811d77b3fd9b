package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterBrake;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BatchPipelineTest {
  private static final UUID CLIENT_ID = UUID.fromString("0190a1b2-c3d4-4e5f-8a9b-0123456789ab");

  private final ManualClock clock = new ManualClock();
  private final TestRecords records = new TestRecords(clock);
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final RecordingDeadLetterSink deadLetters = new RecordingDeadLetterSink();
  private final DeadLetterBrake brake = new DeadLetterBrake(true, clock);
  private final CompletionQueue completions = new CompletionQueue();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<SettledBatch> settled = new ArrayList<>();
  private final BatchPipeline pipeline =
      pipeline(new BatchLimits(10, 25, 1 << 20, second(), 2, 1 << 24));

  @Test
  void run_writesAFullBatchAndCompletesItsRecords() {
    accept(10);

    work();

    assertThat(database.stored()).hasSize(10);
    assertThat(records.committable()).isEqualTo(10);
    assertThat(settled)
        .singleElement()
        .satisfies(batch -> assertThat(batch.stored()).isEqualTo(10));
    assertThat(pipeline.status().heldRecords()).isZero();
  }

  @Test
  void run_writesASmallBatchWhenItsFirstRecordIsOldEnough() {
    accept(3);
    work();
    assertThat(database.batches()).isEmpty();
    assertThat(pipeline.nanosUntilNextRun()).isEqualTo(second().toNanos());

    clock.advance(second());
    work();

    assertThat(database.stored()).hasSize(3);
  }

  @Test
  void run_keepsSeveralBatchesInFlightButNoMoreThanAllowed() {
    database.hold();
    accept(10);
    work();
    accept(10);
    work();
    accept(10);
    work();

    assertThat(database.heldWrites()).isEqualTo(2);
  }

  @Test
  void run_commitsOnlyTheContiguousPrefixWhenBatchesEndOutOfOrder() {
    ReorderingWriter reordering = new ReorderingWriter();
    BatchPipeline two =
        new BatchPipeline(
            new BatchLimits(10, 10, 1 << 20, second(), 2, 1 << 24),
            new BatchPipeline.Destinations(reordering, deadLetters, brake, completions),
            new BatchPipeline.Reports(new WorkerMetrics(registry), settled::add),
            backoff(),
            new Clocks(clock, clock));
    for (int i = 0; i < 20; i++) {
      two.accept(records.event(i));
    }
    two.run(false);

    reordering.answer(1);
    completions.runPending();
    assertThat(records.committable()).isEqualTo(-1);
    reordering.answer(0);
    completions.runPending();

    assertThat(records.committable()).isEqualTo(20);
  }

  @Test
  void deadLetters_areLoggedWithCountReasonAndPosition() {
    Logger logger = (Logger) LoggerFactory.getLogger(BatchPipeline.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      for (int i = 0; i < 5; i++) {
        pipeline.accept(records.poison(DeadLetterReason.MALFORMED));
      }
      accept(5);

      work();
    } finally {
      logger.detachAppender(lines);
    }

    assertThat(lines.list)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getMessage()).isEqualTo("Records went to the dead-letter topic");
              assertThat(line.getKeyValuePairs().toString())
                  .contains("count=\"1\"", "reason=\"malformed\"", "offset=\"0\"");
            });
  }

  @Test
  void duplicate_isSuccess() {
    accept(10);
    work();
    records.reassign();
    List<StubEvent> again = StubEvent.many(10);

    again.forEach(event -> pipeline.accept(records.event(event)));
    work();

    assertThat(records.committable()).isEqualTo(20);
    assertThat(count("wide_events.stored")).isEqualTo(10);
    assertThat(count("wide_events.duplicate")).isEqualTo(10);
  }

  @Test
  void timestampsOutOfAllReason_areStoredAndHoldNobodyUp() {
    // Given records whose producer counts nanoseconds, and one that was before history
    List<Instant> received =
        List.of(
            clock.instant().plus(Duration.ofDays(365_000L * 1_000)),
            Instant.ofEpochMilli(Long.MAX_VALUE),
            Instant.ofEpochMilli(Long.MIN_VALUE));
    for (int i = 0; i < received.size(); i++) {
      pipeline.accept(records.event(StubEvent.numbered(100 + i), received.get(i)));
    }
    accept(7);

    // When
    work();

    // Then
    assertThat(database.stored()).hasSize(10);
    assertThat(records.committable()).isEqualTo(10);
    assertThat(pipeline.isIdle()).isTrue();
    assertThat(count("wide_events.stored")).isEqualTo(10);
  }

  @Test
  void poison_isDeadLetteredBetweenGoodRecords() {
    accept(5);
    pipeline.accept(records.poison(DeadLetterReason.MALFORMED));
    accept(5);

    work();

    assertThat(database.stored()).hasSize(5); // the same five events twice
    assertThat(deadLetters.kept())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.MALFORMED);
              assertThat(letter.source().offset()).isEqualTo(5);
              assertThat(letter.attempts()).isZero();
            });
    assertThat(records.committable()).isEqualTo(11);
    assertThat(settled)
        .singleElement()
        .satisfies(
            batch -> {
              assertThat(batch.stored()).isEqualTo(10);
              assertThat(batch.deadLettered()).isEqualTo(1);
            });
  }

  @Test
  void poison_holdsItsOffsetUntilTheDeadLetterIsAcknowledged() {
    deadLetters.hold();
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    accept(9);
    work();
    assertThat(records.committable()).isEqualTo(-1);

    deadLetters.release();
    work();

    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void poison_isSentAgainUntilItIsAcknowledged() {
    deadLetters.goDown();
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    accept(9);
    work();
    workFor(Duration.ofMinutes(2));
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(-1);

    deadLetters.comeBack();
    workFor(Duration.ofSeconds(31));

    assertThat(deadLetters.kept()).hasSize(1);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void refusedAndConflict_areDeadLetteredAtOnce() {
    database.refuse(document -> document.bson().getString("service").getValue().equals("refused"));
    pipeline.accept(records.event(StubEvent.withId(CLIENT_ID, "one")));
    pipeline.accept(records.event(StubEvent.withId(CLIENT_ID, "two")));
    pipeline.accept(records.event(StubEvent.of("refused", "x")));
    accept(7);

    work();

    assertThat(deadLetters.kept())
        .extracting(DeadLetter::reason, DeadLetter::attempts)
        .containsExactly(
            tuple(DeadLetterReason.ID_CONFLICT, 1), tuple(DeadLetterReason.REFUSED_BY_DATABASE, 1));
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void outage_keepsEverythingAndDeadLettersNothing() {
    database.goDown();
    accept(20);
    work();
    workFor(Duration.ofMinutes(5));

    assertThat(pipeline.isDatabaseDown()).isTrue();
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(-1);
    database.comeBack();
    workFor(Duration.ofSeconds(31));
    assertThat(pipeline.isDatabaseDown()).isFalse();
    assertThat(pipeline.wantsRecords()).isTrue();
    assertThat(database.stored()).hasSize(20);
    assertThat(records.committable()).isEqualTo(20);
  }

  @Test
  void outage_takesNoMoreRecordsThanTheProbesNeed() {
    database.goDown();
    accept(20);
    work();
    assertThat(pipeline.wantsRecords()).isTrue();
    accept(25);

    workFor(Duration.ofMinutes(2));

    assertThat(pipeline.wantsRecords()).isFalse();
    assertThat(pipeline.status().waitingRecords()).isLessThan(40);
  }

  @Test
  void outage_isProbedByOneWriteAtATimeWithBackoff() {
    database.goDown();
    accept(20);
    work();
    int before = database.batches().size();

    workFor(Duration.ofMinutes(5));

    // Full jitter up to 30 s: about one in 15 s; without backoff it would be thousands.
    assertThat(database.batches().size() - before).isBetween(10, 60);
  }

  @Test
  void outage_thatLosesRepliesStoresOnce() {
    database.loseReplies();
    accept(10);
    work();
    assertThat(database.stored()).hasSize(10);
    assertThat(records.committable()).isEqualTo(-1);

    database.comeBack();
    workFor(Duration.ofSeconds(31));

    assertThat(count("wide_events.duplicate")).isEqualTo(10);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void outage_withNothingHeldStillAsksForRecordsToProbeWith() {
    database.goDown();
    accept(10);
    work();
    records.reassign();
    pipeline.dropVoid();

    assertThat(pipeline.wantsRecords()).isTrue();
    database.comeBack();
    accept(10);
    workFor(Duration.ofSeconds(31));
    assertThat(records.committable()).isEqualTo(20);
  }

  @Test
  void poisonWithAnUnlistedError_isDeadLetteredAfterMinutesInWhichOthersWereStored() {
    EventDocument bad = StubEvent.numbered(3).document();
    database.fail(document -> document.id().equals(bad.id()));
    accept(10);
    work();
    assertThat(database.stored()).hasSize(9);

    workWithTraffic(Duration.ofMinutes(2));
    assertThat(deadLetters.kept()).isEmpty();
    workWithTraffic(Duration.ofMinutes(3));

    assertThat(deadLetters.kept())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.REFUSED_BY_DATABASE);
              assertThat(letter.source().offset()).isEqualTo(3);
              assertThat(letter.attempts()).isGreaterThan(6);
            });
    assertThat(records.committable()).isEqualTo(records.nextOffset());
  }

  @Test
  void unlistedErrorThatPasses_makesNoCulprit() {
    EventDocument unlucky = StubEvent.numbered(3).document();
    database.fail(document -> document.id().equals(unlucky.id()));
    accept(10);
    workFor(Duration.ofMillis(1_500));

    database.fail(document -> false);
    workFor(Duration.ofSeconds(31));

    assertThat(deadLetters.kept()).isEmpty();
    assertThat(database.stored()).hasSize(10);
  }

  @Test
  void unlistedErrorForAll_makesNoCulprit() {
    database.fail(document -> true);
    accept(10);

    workFor(Duration.ofMinutes(10));

    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(-1);
    database.fail(document -> false);
    workFor(Duration.ofSeconds(31));
    assertThat(database.stored()).hasSize(10);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void unlistedErrorThatBeginsWithinABatch_makesNoCulprit() {
    database.fail(document -> database.stored().size() >= 8);
    accept(10);

    workFor(Duration.ofMinutes(10));

    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(8);
    database.fail(document -> false);
    workFor(Duration.ofSeconds(31));
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void poisonAlone_isKeptUntilOthersAreStored() {
    database.fail(document -> document.id().equals(StubEvent.numbered(77).id()));
    pipeline.accept(records.event(77));
    workFor(Duration.ofMinutes(10));
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(pipeline.wantsRecords()).isTrue();

    workWithTraffic(Duration.ofMinutes(6));

    assertThat(deadLetters.kept()).hasSize(1);
    assertThat(records.committable()).isEqualTo(records.nextOffset());
  }

  @Test
  void recordNoServerSurvives_doesNotKeepItsNeighboursOut() {
    UnansweredWriter unanswered = new UnansweredWriter(StubEvent.numbered(3).document());
    BatchPipeline guarded =
        new BatchPipeline(
            new BatchLimits(10, 10, 1 << 20, second(), 2, 1 << 24),
            new BatchPipeline.Destinations(unanswered, deadLetters, brake, completions),
            new BatchPipeline.Reports(new WorkerMetrics(registry), settled::add),
            backoff(),
            new Clocks(clock, clock));
    for (int i = 0; i < 10; i++) {
      guarded.accept(records.event(i));
    }

    for (int i = 0; i < 20_000; i++) {
      guarded.run(false);
      completions.runPending();
      clock.advance(Duration.ofMillis(100));
    }

    assertThat(unanswered.delegate.stored()).hasSize(9);
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(3);
  }

  @Test
  void lateResultOfAnOldAssignment_isVoid() {
    database.hold();
    accept(10);
    work();
    records.reassign();
    pipeline.dropVoid();

    database.release();
    work();

    assertThat(records.committable()).isEqualTo(-1);
    assertThat(count("wide_events.stored")).isZero();
    assertThat(count("wide_events.handed_back")).isEqualTo(10);
    assertThat(pipeline.status().heldRecords()).isZero();
    assertThat(pipeline.isIdle()).isTrue();
  }

  @Test
  void dropVoid_givesUpWhatWaitsForARetry() {
    database.goDown();
    deadLetters.goDown();
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    accept(9);
    work();
    records.reassign();

    pipeline.dropVoid();

    assertThat(pipeline.status().heldRecords()).isZero();
    assertThat(pipeline.isIdle()).isTrue();
    assertThat(count("wide_events.handed_back")).isEqualTo(10);
  }

  @Test
  void wantsRecords_isFalseWhenEnoughIsHeld() {
    database.hold();

    accept(75); // two batches of 25 in flight and one to come

    assertThat(pipeline.wantsRecords()).isFalse();
    database.release();
    workFor(second());
    assertThat(pipeline.wantsRecords()).isTrue();
  }

  @Test
  void wantsRecords_isFalseWhenTooManyBytesAreHeld() {
    BatchPipeline small =
        pipeline(new BatchLimits(10, 25, 1 << 20, second(), 2, 3 * records.event(0).heldBytes()));
    for (int i = 0; i < 4; i++) {
      small.accept(records.event(i));
    }

    assertThat(small.wantsRecords()).isFalse();
  }

  @Test
  void brake_stopsAfterAThousandAndLetsOneTrialAMinutePass() {
    BatchPipeline large = pipeline(new BatchLimits(100, 100, 1 << 30, second(), 2, 1 << 30));
    for (int i = 0; i < 3_000; i++) {
      large.accept(records.poison(DeadLetterReason.INVALID));
    }
    run(large, second());
    assertThat(large.status().braked()).isTrue();
    assertThat(large.wantsRecords()).isFalse();
    assertThat(deadLetters.kept()).hasSizeBetween(1_000, 1_100);
    int before = deadLetters.kept().size();

    run(large, Duration.ofSeconds(58));
    assertThat(deadLetters.kept()).hasSize(before);
    run(large, Duration.ofSeconds(2));
    assertThat(deadLetters.kept()).hasSize(before + 100);
    run(large, Duration.ofSeconds(60));

    assertThat(deadLetters.kept()).hasSize(before + 200);
    assertThat(large.status().braked()).isTrue();
  }

  @Test
  void brake_duringAnOutageLetsThePollingThreadSleep() {
    // Given a trial that waits for the database for longer than until the next one
    BatchPipeline large = pipeline(new BatchLimits(100, 100, 1 << 30, second(), 2, 1 << 30));
    for (int i = 0; i < 1_000; i++) {
      large.accept(records.poison(DeadLetterReason.INVALID));
    }
    run(large, second());
    database.hold();
    for (int i = 0; i < 300; i++) {
      large.accept(records.event(i));
    }

    // When
    run(large, Duration.ofMinutes(5));

    // Then
    assertThat(large.status().braked()).isTrue();
    assertThat(large.nanosUntilNextRun()).isPositive();
  }

  @Test
  void brake_isReleasedByAGoodTrial() {
    BatchPipeline large = pipeline(new BatchLimits(100, 100, 1 << 30, second(), 2, 1 << 30));
    for (int i = 0; i < 1_000; i++) {
      large.accept(records.poison(DeadLetterReason.INVALID));
    }
    run(large, second());
    assertThat(large.status().braked()).isTrue();
    assertThat(large.wantsRecords()).isTrue(); // a trial needs records
    for (int i = 0; i < 300; i++) {
      large.accept(records.event(i));
    }

    run(large, Duration.ofSeconds(62));

    assertThat(large.status().braked()).isFalse();
    assertThat(database.stored()).hasSize(300);
    assertThat(records.committable()).isEqualTo(1_300);
  }

  @Test
  void counters_addUp() {
    database.refuse(document -> document.id().equals(StubEvent.numbered(4).id()));
    accept(10);
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    work();
    accept(5);
    workFor(second());
    records.reassign();
    database.hold();
    accept(4);
    workFor(second());
    records.reassign();
    database.release();
    work();

    double total =
        count("wide_events.stored")
            + count("wide_events.duplicate")
            + count("wide_events.handed_back")
            + registry.get("wide_events.dead_lettered").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    assertThat(total).isEqualTo(20);
    assertThat(pipeline.status().heldRecords()).isZero();
  }

  private int nextTraffic;

  private void accept(int count) {
    for (int i = 0; i < count; i++) {
      pipeline.accept(records.event(i));
    }
  }

  /** Runs while other events arrive and are stored. */
  private void workWithTraffic(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      pipeline.accept(records.event(1_000 + nextTraffic++));
      workFor(second());
    }
  }

  /** Runs until nothing changes any more without time passing. */
  private void work() {
    settle(pipeline);
  }

  private void workFor(Duration duration) {
    run(pipeline, duration);
  }

  private void run(BatchPipeline any, Duration duration) {
    for (long step = 0; step < duration.toMillis(); step += 50) {
      settle(any);
      clock.advance(Duration.ofMillis(50));
    }
    settle(any);
  }

  private void settle(BatchPipeline any) {
    for (int i = 0; i < 50; i++) {
      any.run(false);
      completions.runPending();
    }
  }

  private BatchPipeline pipeline(BatchLimits limits) {
    return new BatchPipeline(
        limits,
        new BatchPipeline.Destinations(database, deadLetters, brake, completions),
        new BatchPipeline.Reports(new WorkerMetrics(registry), settled::add),
        backoff(),
        new Clocks(clock, clock));
  }

  private static Backoff backoff() {
    return new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(42));
  }

  private static Duration second() {
    return Duration.ofSeconds(1);
  }

  private double count(String name) {
    return registry.get(name).counter().count();
  }
}
