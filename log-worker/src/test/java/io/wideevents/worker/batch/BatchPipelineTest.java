package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
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

class BatchPipelineTest {
  private static final UUID CLIENT_ID = UUID.fromString("0190a1b2-c3d4-4e5f-8a9b-0123456789ab");

  private final ManualClock clock = new ManualClock();
  private final TestRecords records = new TestRecords(clock);
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final RecordingDeadLetterSink deadLetters = new RecordingDeadLetterSink();
  private final DeadLetterCircuitBreaker breaker = new DeadLetterCircuitBreaker(true, clock);
  private final CompletionQueue completions = new CompletionQueue();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<CompletedBatch> completed = new ArrayList<>();
  private final BatchPipeline pipeline =
      pipeline(new BatchLimits(10, 25, 1 << 20, second(), 2, 1 << 24));

  @Test
  void run_writesAFullBatchAndCompletesItsRecords() {
    // Given
    accept(10);

    // When
    work();

    // Then
    assertThat(database.stored()).hasSize(10);
    assertThat(records.committable()).isEqualTo(10);
    assertThat(completed)
        .singleElement()
        .satisfies(batch -> assertThat(batch.stored()).isEqualTo(10));
    assertThat(pipeline.status().heldRecords()).isZero();
  }

  @Test
  void run_writesASmallBatchWhenItsFirstRecordIsOldEnough() {
    // Given
    accept(3);
    work();
    boolean wroteAtOnce = !database.batches().isEmpty();
    long nanosUntilNextRun = pipeline.nanosUntilNextRun();

    // When
    clock.advance(second());
    work();

    // Then
    assertThat(wroteAtOnce).isFalse();
    assertThat(nanosUntilNextRun).isEqualTo(second().toNanos());
    assertThat(database.stored()).hasSize(3);
  }

  @Test
  void run_keepsSeveralBatchesInFlightButNoMoreThanAllowed() {
    // Given
    database.hold();
    accept(10);
    work();
    accept(10);
    work();
    accept(10);

    // When
    work();

    // Then
    assertThat(database.heldWrites()).isEqualTo(2);
  }

  @Test
  void run_commitsOnlyTheContiguousPrefixWhenBatchesEndOutOfOrder() {
    // Given
    ReorderingWriter reordering = new ReorderingWriter();
    BatchPipeline two =
        new BatchPipeline(
            new BatchLimits(10, 10, 1 << 20, second(), 2, 1 << 24),
            new BatchPipeline.Destinations(reordering, deadLetters, breaker, completions),
            new BatchPipeline.Reports(new WorkerMetrics(registry), completed::add),
            backoff(),
            new Clocks(clock, clock));
    for (int i = 0; i < 20; i++) {
      two.accept(records.event(i));
    }
    two.run(false);

    // When
    reordering.answer(1);
    completions.runPending();
    long afterTheSecond = records.committable();
    reordering.answer(0);
    completions.runPending();

    // Then
    assertThat(afterTheSecond).isEqualTo(-1);
    assertThat(records.committable()).isEqualTo(20);
  }

  @Test
  void deadLetters_areLoggedWithCountReasonAndPosition() {
    // Given
    try (LogCapture log = new LogCapture(BatchPipeline.class)) {
      for (int i = 0; i < 5; i++) {
        pipeline.accept(records.poison(DeadLetterReason.MALFORMED));
      }
      accept(5);

      // When
      work();

      // Then
      assertThat(log.eventsOf(Thread.currentThread().getName()))
          .singleElement()
          .satisfies(
              line -> {
                assertThat(line.getMessage()).isEqualTo("Records went to the dead-letter topic");
                assertThat(line.getKeyValuePairs().toString())
                    .contains("count=\"1\"", "reason=\"malformed\"", "offset=\"0\"");
              });
    }
  }

  @Test
  void duplicate_isSuccess() {
    // Given
    accept(10);
    work();
    records.reassign();
    List<StubEvent> again = StubEvent.many(10);

    // When
    again.forEach(event -> pipeline.accept(records.event(event)));
    work();

    // Then
    assertThat(records.committable()).isEqualTo(20);
    assertThat(count("wide_events.stored")).isEqualTo(10);
    assertThat(count("wide_events.duplicate")).isEqualTo(10);
  }

  @Test
  void timestampsFarOutOfRange_areStoredAndDelayNoOthers() {
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
    // Given
    accept(5);
    pipeline.accept(records.poison(DeadLetterReason.MALFORMED));
    accept(5);

    // When
    work();

    // Then
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
    assertThat(completed)
        .singleElement()
        .satisfies(
            batch -> {
              assertThat(batch.stored()).isEqualTo(10);
              assertThat(batch.deadLettered()).isEqualTo(1);
            });
  }

  @Test
  void poison_holdsItsOffsetUntilTheDeadLetterIsAcknowledged() {
    // Given
    deadLetters.hold();
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    accept(9);
    work();
    long before = records.committable();

    // When
    deadLetters.release();
    work();

    // Then
    assertThat(before).isEqualTo(-1);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void poison_isSentAgainUntilItIsAcknowledged() {
    // Given
    deadLetters.goDown();
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    accept(9);
    work();
    workFor(Duration.ofMinutes(2));
    long before = records.committable();

    // When
    deadLetters.comeBack();
    workFor(Duration.ofSeconds(31));

    // Then
    assertThat(before).isEqualTo(-1);
    assertThat(deadLetters.kept()).hasSize(1);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void refusedAndConflict_areDeadLetteredAtOnce() {
    // Given
    database.refuse(document -> document.bson().getString("service").getValue().equals("refused"));
    pipeline.accept(records.event(StubEvent.withId(CLIENT_ID, "one")));
    pipeline.accept(records.event(StubEvent.withId(CLIENT_ID, "two")));
    pipeline.accept(records.event(StubEvent.of("refused", "x")));
    accept(7);

    // When
    work();

    // Then
    assertThat(deadLetters.kept())
        .extracting(DeadLetter::reason, DeadLetter::attempts)
        .containsExactly(
            tuple(DeadLetterReason.ID_CONFLICT, 1), tuple(DeadLetterReason.REFUSED_BY_DATABASE, 1));
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void outage_keepsEverythingAndDeadLettersNothing() {
    // Given
    database.goDown();
    accept(20);
    work();

    // When
    workFor(Duration.ofMinutes(5));

    // Then
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
    // Given
    database.goDown();
    accept(20);
    work();
    boolean wantedAProbe = pipeline.wantsRecords();
    accept(25);

    // When
    workFor(Duration.ofMinutes(2));

    // Then
    assertThat(wantedAProbe).isTrue();
    assertThat(pipeline.wantsRecords()).isFalse();
    assertThat(pipeline.status().waitingRecords()).isLessThan(40);
  }

  @Test
  void outage_isProbedByOneWriteAtATimeWithBackoff() {
    // Given
    database.goDown();
    accept(20);
    work();
    int before = database.batches().size();

    // When
    workFor(Duration.ofMinutes(5));

    // Then
    // Full jitter up to 30 s: about one in 15 s; without backoff it would be thousands.
    assertThat(database.batches().size() - before).isBetween(10, 60);
  }

  @Test
  void outage_thatLosesRepliesStoresOnce() {
    // Given
    database.loseReplies();
    accept(10);
    work();
    long before = records.committable();

    // When
    database.comeBack();
    workFor(Duration.ofSeconds(31));

    // Then
    assertThat(database.stored()).hasSize(10);
    assertThat(before).isEqualTo(-1);
    assertThat(count("wide_events.duplicate")).isEqualTo(10);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void outage_withNothingHeldStillAsksForRecordsToProbeWith() {
    // Given
    database.goDown();
    accept(10);
    work();
    records.reassign();

    // When
    pipeline.discardEnded();

    // Then
    assertThat(pipeline.wantsRecords()).isTrue();
    database.comeBack();
    accept(10);
    workFor(Duration.ofSeconds(31));
    assertThat(records.committable()).isEqualTo(20);
  }

  @Test
  void poisonWithAnUnlistedError_isDeadLetteredAfterMinutesInWhichOthersWereStored() {
    // Given
    EventDocument bad = StubEvent.numbered(3).document();
    database.fail(document -> document.id().equals(bad.id()));
    accept(10);

    // When
    workWithTraffic(Duration.ofMinutes(2));
    int early = deadLetters.kept().size();
    workWithTraffic(Duration.ofMinutes(3));

    // Then
    assertThat(early).isZero();
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
  void unlistedErrorThatPasses_makesNoDeadLetter() {
    // Given
    EventDocument unlucky = StubEvent.numbered(3).document();
    database.fail(document -> document.id().equals(unlucky.id()));
    accept(10);
    workFor(Duration.ofMillis(1_500));

    // When
    database.fail(document -> false);
    workFor(Duration.ofSeconds(31));

    // Then
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(database.stored()).hasSize(10);
  }

  @Test
  void unlistedErrorForAll_makesNoDeadLetter() {
    // Given
    database.fail(document -> true);
    accept(10);

    // When
    workFor(Duration.ofMinutes(10));

    // Then
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(-1);
    database.fail(document -> false);
    workFor(Duration.ofSeconds(31));
    assertThat(database.stored()).hasSize(10);
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void unlistedErrorThatBeginsWithinABatch_makesNoDeadLetter() {
    // Given
    database.fail(document -> database.stored().size() >= 8);
    accept(10);

    // When
    workFor(Duration.ofMinutes(10));

    // Then
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(8);
    database.fail(document -> false);
    workFor(Duration.ofSeconds(31));
    assertThat(records.committable()).isEqualTo(10);
  }

  @Test
  void poisonAlone_isKeptUntilOthersAreStored() {
    // Given
    database.fail(document -> document.id().equals(StubEvent.numbered(77).id()));
    pipeline.accept(records.event(77));
    workFor(Duration.ofMinutes(10));
    int early = deadLetters.kept().size();
    boolean wantedOthers = pipeline.wantsRecords();

    // When
    workWithTraffic(Duration.ofMinutes(6));

    // Then
    assertThat(early).isZero();
    assertThat(wantedOthers).isTrue();
    assertThat(deadLetters.kept()).hasSize(1);
    assertThat(records.committable()).isEqualTo(records.nextOffset());
  }

  @Test
  void recordWhoseWritesGetNoAnswer_doesNotDelayOthers() {
    // Given
    UnansweredWriter unanswered = new UnansweredWriter(StubEvent.numbered(3).document());
    BatchPipeline guarded =
        new BatchPipeline(
            new BatchLimits(10, 10, 1 << 20, second(), 2, 1 << 24),
            new BatchPipeline.Destinations(unanswered, deadLetters, breaker, completions),
            new BatchPipeline.Reports(new WorkerMetrics(registry), completed::add),
            backoff(),
            new Clocks(clock, clock));
    for (int i = 0; i < 10; i++) {
      guarded.accept(records.event(i));
    }

    // When
    for (int i = 0; i < 20_000; i++) {
      guarded.run(false);
      completions.runPending();
      clock.advance(Duration.ofMillis(100));
    }

    // Then
    assertThat(unanswered.delegate.stored()).hasSize(9);
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(records.committable()).isEqualTo(3);
  }

  @Test
  void lateResultOfAnOldAssignment_isDiscarded() {
    // Given
    database.hold();
    accept(10);
    work();
    records.reassign();
    pipeline.discardEnded();

    // When
    database.release();
    work();

    // Then
    assertThat(records.committable()).isEqualTo(-1);
    assertThat(count("wide_events.stored")).isZero();
    assertThat(count("wide_events.handed_back")).isEqualTo(10);
    assertThat(pipeline.status().heldRecords()).isZero();
    assertThat(pipeline.isIdle()).isTrue();
  }

  @Test
  void discardEnded_discardsWhatWaitsForARetry() {
    // Given
    database.goDown();
    deadLetters.goDown();
    pipeline.accept(records.poison(DeadLetterReason.EMPTY));
    accept(9);
    work();
    records.reassign();

    // When
    pipeline.discardEnded();

    // Then
    assertThat(pipeline.status().heldRecords()).isZero();
    assertThat(pipeline.isIdle()).isTrue();
    assertThat(count("wide_events.handed_back")).isEqualTo(10);
  }

  @Test
  void wantsRecords_isFalseWhenEnoughIsHeld() {
    // Given
    database.hold();

    // When
    accept(75); // two batches of 25 in flight and one to come

    // Then
    assertThat(pipeline.wantsRecords()).isFalse();
    database.release();
    workFor(second());
    assertThat(pipeline.wantsRecords()).isTrue();
  }

  @Test
  void wantsRecords_isFalseWhenTooManyBytesAreHeld() {
    // Given
    BatchPipeline small =
        pipeline(new BatchLimits(10, 25, 1 << 20, second(), 2, 3 * records.event(0).heldBytes()));

    // When
    for (int i = 0; i < 4; i++) {
      small.accept(records.event(i));
    }

    // Then
    assertThat(small.wantsRecords()).isFalse();
  }

  @Test
  void circuitBreaker_opensAfterAThousandAndAdmitsOneProbeAMinute() {
    // Given
    BatchPipeline large = pipeline(new BatchLimits(100, 100, 1 << 30, second(), 2, 1 << 30));
    for (int i = 0; i < 3_000; i++) {
      large.accept(records.poison(DeadLetterReason.INVALID));
    }
    run(large, second());
    int before = deadLetters.kept().size();
    boolean wantedRecords = large.wantsRecords();

    // When
    run(large, Duration.ofSeconds(58));
    int after59Seconds = deadLetters.kept().size();
    run(large, Duration.ofSeconds(2));
    int after61Seconds = deadLetters.kept().size();
    run(large, Duration.ofSeconds(60));

    // Then
    assertThat(before).isBetween(1_000, 1_100);
    assertThat(wantedRecords).isFalse();
    assertThat(after59Seconds).isEqualTo(before);
    assertThat(after61Seconds).isEqualTo(before + 100);
    assertThat(deadLetters.kept()).hasSize(before + 200);
    assertThat(large.status().circuitOpen()).isTrue();
  }

  @Test
  void circuitBreaker_duringAnOutageLetsThePollingThreadWait() {
    // Given a probe that waits for the database beyond the time of the next probe
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
    assertThat(large.status().circuitOpen()).isTrue();
    assertThat(large.nanosUntilNextRun()).isPositive();
  }

  @Test
  void circuitBreaker_isClosedByAGoodProbe() {
    // Given
    BatchPipeline large = pipeline(new BatchLimits(100, 100, 1 << 30, second(), 2, 1 << 30));
    for (int i = 0; i < 1_000; i++) {
      large.accept(records.poison(DeadLetterReason.INVALID));
    }
    run(large, second());
    boolean wantedAProbe = large.status().circuitOpen() && large.wantsRecords();
    for (int i = 0; i < 300; i++) {
      large.accept(records.event(i));
    }

    // When
    run(large, Duration.ofSeconds(62));

    // Then
    assertThat(wantedAProbe).isTrue();
    assertThat(large.status().circuitOpen()).isFalse();
    assertThat(database.stored()).hasSize(300);
    assertThat(records.committable()).isEqualTo(1_300);
  }

  @Test
  void counters_addUp() {
    // Given
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

    // When
    work();

    // Then
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

  /** Runs until no work is left at this time. */
  private void work() {
    runPending(pipeline);
  }

  private void workFor(Duration duration) {
    run(pipeline, duration);
  }

  private void run(BatchPipeline any, Duration duration) {
    for (long step = 0; step < duration.toMillis(); step += 50) {
      runPending(any);
      clock.advance(Duration.ofMillis(50));
    }
    runPending(any);
  }

  private void runPending(BatchPipeline any) {
    for (int i = 0; i < 50; i++) {
      any.run(false);
      completions.runPending();
    }
  }

  private BatchPipeline pipeline(BatchLimits limits) {
    return new BatchPipeline(
        limits,
        new BatchPipeline.Destinations(database, deadLetters, breaker, completions),
        new BatchPipeline.Reports(new WorkerMetrics(registry), completed::add),
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
