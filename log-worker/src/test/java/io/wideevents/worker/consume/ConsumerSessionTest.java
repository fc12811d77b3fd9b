package io.wideevents.worker.consume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.consume.ConsumerStatus.StoppedPartition;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ConsumerSessionTest {
  private static final String TOPIC = "log-events";
  private static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
  private static final TopicPartition P1 = new TopicPartition(TOPIC, 1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualClock clock = new ManualClock();
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final RecordingDeadLetterSink deadLetters = new RecordingDeadLetterSink();
  private final CompletionQueue completions = new CompletionQueue();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WorkerMetrics metrics = new WorkerMetrics(registry);
  private final FakeTopicIds topicIds = new FakeTopicIds();
  private final FakeConsumerSource source = new FakeConsumerSource();
  private final BatchPipeline pipeline =
      new BatchPipeline(
          new BatchLimits(10, 10, 1 << 20, SECOND, 2, 1 << 24),
          new BatchPipeline.Destinations(
              database, deadLetters, new DeadLetterCircuitBreaker(true, clock), completions),
          new BatchPipeline.Reports(metrics, batch -> {}),
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(1)),
          new Clocks(clock, clock));
  // The action at the start of the next poll.
  private final AtomicReference<Runnable> dying = new AtomicReference<>(() -> {});
  private final AtomicReference<@Nullable Error> pausing = new AtomicReference<>();
  private MockConsumer<byte[], byte[]> consumer = newConsumer();
  private ConsumerSession session = newSession(consumer);

  @BeforeEach
  void join() {
    join(session, consumer);
  }

  @Test
  void pollOnce_storesAndThenCommits() {
    add(P0, 0, 10);

    pollUntilCommit();

    assertThat(database.stored()).hasSize(10);
    assertThat(committed(P0)).isEqualTo(10);
  }

  @Test
  void pollOnce_commitsNothingThatIsNotStored() {
    database.hold();
    add(P0, 0, 10);

    pollUntilCommit();

    assertThat(committed(P0)).isEqualTo(-1);
    database.release();
    pollUntilCommit();
    assertThat(committed(P0)).isEqualTo(10);
  }

  @Test
  void pollOnce_writesASmallBatchInTimeWithoutAnotherRecord() {
    add(P0, 0, 3);
    pollUntilCommit();
    assertThat(database.stored()).isEmpty();

    clock.advance(SECOND);
    pollUntilCommit();

    assertThat(database.stored()).hasSize(3);
    assertThat(committed(P0)).isEqualTo(3);
  }

  @Test
  void pollOnce_sleepsNoLongerThanUntilTheBatchIsDue() {
    add(P0, 0, 3);
    session.pollOnce();
    clock.advance(Duration.ofMillis(900));

    session.pollOnce();

    assertThat(consumer.lastPollTimeout()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void onJoined_runsInsideThePollThatJoins() {
    MockConsumer<byte[], byte[]> joining = newConsumer();
    ConsumerSession newSession = newSession(joining);
    AtomicInteger joined = new AtomicInteger();
    newSession.onJoined(joined::incrementAndGet);
    newSession.subscribe(TOPIC);

    joining.rebalance(List.of(P0));
    joining.rebalance(List.of(P0, P1));

    assertThat(joined).hasValue(1);
  }

  @Test
  void pollOnce_countsWhatIsRedactedInRecordsOfOtherProducers() {
    byte[] secrets =
        """
        {"requestId":"r","service":"s","route":"/","timestamp":"%s","password":"one",\
        "nested":{"cookie":"two"}}"""
            .formatted(clock.instant())
            .getBytes(UTF_8);
    consumer.addRecord(LogRecords.of(TOPIC, 0, 0, secrets, clock.instant()));
    add(P0, 1, 3);

    pollUntilCommit();

    assertThat(registry.counter("wide_events.redacted").count()).isEqualTo(2);
  }

  @Test
  void pollOnce_goodPoisonGood() {
    add(P0, 0, 5);
    consumer.addRecord(LogRecords.of(TOPIC, 0, 5, "{not json".getBytes(UTF_8), clock.instant()));
    consumer.addRecord(LogRecords.of(TOPIC, 0, 6, new byte[0], clock.instant()));
    add(P0, 7, 12);

    pollUntilCommit();
    clock.advance(SECOND);
    pollUntilCommit();

    assertThat(database.stored()).hasSize(10);
    assertThat(deadLetters.kept())
        .extracting(letter -> letter.reason())
        .containsExactlyInAnyOrder(DeadLetterReason.MALFORMED, DeadLetterReason.EMPTY);
    assertThat(committed(P0)).isEqualTo(12);
    assertThat(count("wide_events.consumed")).isEqualTo(12);
  }

  @Test
  void outage_pausesKeepsPollingAndStaysInTheGroup() {
    database.goDown();
    add(P0, 0, 30);
    pollUntilCommit();

    assertThat(consumer.paused()).containsExactlyInAnyOrder(P0, P1);
    assertThat(session.status().paused()).isTrue();
    assertThat(session.status().pipeline().databaseDown()).isTrue();
    for (int i = 0; i < 600; i++) {
      clock.advance(SECOND);
      session.pollOnce();
    }
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(committed(P0)).isEqualTo(-1);
    database.comeBack();
    for (int i = 0; i < 31; i++) {
      clock.advance(SECOND);
      pollUntilCommit();
    }
    assertThat(database.stored()).hasSize(30);
    assertThat(consumer.paused()).isEmpty();
    assertThat(committed(P0)).isEqualTo(30);
  }

  @Test
  void outage_isNotHeldAgainstTheDatabaseByAWorkerWithNothingToProbeItWith() {
    database.goDown();
    add(P0, 0, 10);
    pollUntilCommit();
    assertThat(session.status().pipeline().databaseDown()).isTrue();

    consumer.rebalance(List.of()); // others go on with the partitions, and see it come back

    assertThat(session.status().pipeline().databaseDown()).isFalse();
    consumer.rebalance(List.of(P0));
    consumer.seek(P0, 0);
    add(P0, 0, 10);
    pollUntilCommit();
    assertThat(session.status().pipeline().databaseDown()).isTrue();
  }

  @Test
  void outage_pausesPartitionsThatAreAssignedMeanwhile() {
    consumer.rebalance(List.of(P0));
    database.goDown();
    add(P0, 0, 10);
    pollUntilCommit();
    add(P0, 10, 20); // what the probes need
    pollUntilCommit();

    consumer.rebalance(List.of(P0, P1));

    assertThat(consumer.paused()).containsExactlyInAnyOrder(P0, P1);
  }

  @Test
  void pollOnce_pausesWhenEnoughIsHeld() {
    database.hold();

    add(P0, 0, 40);
    pollUntilCommit();

    assertThat(consumer.paused()).containsExactlyInAnyOrder(P0, P1);
    database.release();
    pollUntilCommit();
    assertThat(consumer.paused()).isEmpty();
    assertThat(committed(P0)).isEqualTo(40);
  }

  @Test
  void revoked_withABatchInFlightWaitsForItAndCommits() throws Exception {
    database.hold();
    add(P0, 0, 10);
    add(P1, 0, 3);
    pollUntilCommit();
    Thread releasing =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (database.heldWrites() < 2) {
                    Thread.onSpinWait(); // the revocation flushes the rest as a second batch
                  }
                  database.release();
                });

    consumer.rebalance(List.of(P1));
    releasing.join();
    consumer.rebalance(List.of(P0, P1)); // the mock tells offsets of assigned partitions only

    assertThat(committed(P0)).isEqualTo(10);
    assertThat(database.stored()).hasSize(13);
  }

  @Test
  @Timeout(60)
  void revoked_doesNotWaitWhileTheDatabaseIsDown() {
    database.goDown();
    add(P0, 0, 10);
    pollUntilCommit();

    consumer.rebalance(List.of(P1)); // a wait would not end, because the clock stands still

    assertThat(committed(P0)).isEqualTo(-1);
    assertThat(count("wide_events.handed_back")).isEqualTo(10);
  }

  @Test
  void lost_ignoresLateResults() {
    database.hold();
    add(P0, 0, 10);
    pollUntilCommit();
    consumer.losePartitions(List.of(P0, P1));
    consumer.rebalance(List.of(P0, P1));
    consumer.seek(P0, 0);

    database.release();
    pollUntilCommit();

    assertThat(committed(P0)).isEqualTo(-1);
    assertThat(pipeline.status().heldRecords()).isZero();
  }

  @Test
  void rebalance_leavesRetainedPartitionsAlone() {
    database.hold();
    add(P0, 0, 10);
    pollUntilCommit();
    consumer.rebalance(List.of(P0)); // P1 goes, without anything in flight

    database.release();
    pollUntilCommit();

    assertThat(committed(P0)).isEqualTo(10);
  }

  @Test
  void crashBetweenStoreAndCommit_storesNothingTwice() {
    database.loseReplies(); // stored, but the worker never learns
    add(P0, 0, 10);
    pollUntilCommit();
    assertThat(database.stored()).hasSize(10);
    session.abandon(Duration.ZERO);
    database.comeBack();

    consumer = newConsumer();
    session = newSession(consumer);
    join(session, consumer);
    add(P0, 0, 10);
    pollUntilCommit();
    clock.advance(Duration.ofSeconds(30));
    pollUntilCommit();

    assertThat(database.stored()).hasSize(10);
    assertThat(count("wide_events.duplicate")).isEqualTo(10);
    assertThat(committed(P0)).isEqualTo(10);
  }

  @Test
  void noCommittedOffset_beginsAtTheBeginningAndCommitsThat() {
    MockConsumer<byte[], byte[]> fresh = newConsumer();
    ConsumerSession first = newSession(fresh);
    first.subscribe(TOPIC);
    fresh.rebalance(List.of(P0));

    poll(first, 3);

    assertThat(fresh.position(P0)).isZero();
    assertThat(fresh.committed(Set.of(P0)).get(P0)).isEqualTo(new OffsetAndMetadata(0));
    assertThat(metrics.lostToRetention()).isEqualTo(0);
  }

  @Test
  void noCommittedOffset_whereTheLogHasLostItsBeginningIsCounted() {
    // Given a group whose offsets have expired, or a new one, on a topic that retention has cut
    MockConsumer<byte[], byte[]> fresh = newConsumer();
    fresh.updateBeginningOffsets(Map.of(P0, 7L));
    ConsumerSession first = newSession(fresh);
    first.subscribe(TOPIC);
    fresh.rebalance(List.of(P0));
    fresh.addRecord(LogRecords.event(TOPIC, 0, 7, 7, ManualClock.START));

    // When
    poll(first, 1);
    fresh.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    poll(first, 5);

    // Then
    assertThat(metrics.lostToRetention()).isEqualTo(7);
    assertThat(count("wide_events.lost_to_retention")).isEqualTo(7);
    assertThat(fresh.committed(Set.of(P0)).get(P0).offset()).isEqualTo(8);
  }

  @Test
  void noCommittedOffset_ofAPartitionWithoutLeaderHoldsNoOtherUp() {
    // Given
    MockConsumer<byte[], byte[]> fresh = withoutLeader(P0, new AtomicInteger(Integer.MAX_VALUE));
    ConsumerSession first = newSession(fresh);
    first.subscribe(TOPIC);
    fresh.rebalance(List.of(P0, P1));
    fresh.seek(P1, 0);
    fresh.addRecord(LogRecords.event(TOPIC, 1, 0, 1, ManualClock.START));

    // When
    poll(first, 5);

    // Then
    assertThat(database.stored()).hasSize(1);
    assertThat(fresh.committed(Set.of(P1)).get(P1).offset()).isEqualTo(1);
  }

  @Test
  void startOfTheLog_thatCannotBeHadNowIsLookedUpAgainWithinTheSession() {
    // Given a partition whose leader went away with the answer that it has lost records
    AtomicInteger failures = new AtomicInteger(2);
    MockConsumer<byte[], byte[]> fresh = withoutLeader(P0, failures);
    ConsumerSession first = newSession(fresh);
    first.subscribe(TOPIC);
    fresh.rebalance(List.of(P0));
    fresh.updateBeginningOffsets(Map.of(P0, 7L));

    // When
    for (int i = 0; i < 3; i++) {
      fresh.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
      poll(first, 2);
    }

    // Then
    assertThat(failures).hasValue(0);
    assertThat(fresh.position(P0)).isEqualTo(7);
    assertThat(fresh.closed()).isFalse();
  }

  @Test
  void retention_thatOvertookTheOffsetIsCountedAndReadingGoesOn() {
    add(P0, 0, 10);
    pollUntilCommit();
    consumer.updateBeginningOffsets(Map.of(P0, 110L));
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 10L)));

    pollUntilCommit();
    add(P0, 110, 120);
    pollUntilCommit();

    assertThat(metrics.lostToRetention()).isEqualTo(100);
    assertThat(session.status().lostRecords()).isEqualTo(100);
    assertThat(count("wide_events.lost_to_retention")).isEqualTo(100);
    assertThat(committed(P0)).isEqualTo(120);
  }

  @Test
  void truncation_whileACommitIsUnderWayCommitsTheWayBackAsWell() {
    // Given a commit whose answer is still to come when the log turns out to be cut off below it
    AtomicReference<Runnable> answer = new AtomicReference<>(() -> {});
    MockConsumer<byte[], byte[]> slow =
        new MockConsumer<>("none") {
          @Override
          public synchronized void commitAsync(
              Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            super.commitAsync(
                offsets, (done, failure) -> answer.set(() -> callback.onComplete(done, failure)));
          }
        };
    slow.updateBeginningOffsets(Map.of(P0, 0L));
    slow.updateEndOffsets(Map.of(P0, 0L));
    ConsumerSession first = newSession(slow);
    first.subscribe(TOPIC);
    slow.rebalance(List.of(P0));
    slow.seek(P0, 0);
    for (int offset = 0; offset < 10; offset++) {
      slow.addRecord(LogRecords.event(TOPIC, 0, offset, offset, ManualClock.START));
    }
    poll(first, 3);
    assertThat(slow.committed(Set.of(P0)).get(P0).offset()).isEqualTo(10);
    slow.setPollException(new OffsetOutOfRangeException(Map.of(P0, 10L)));
    poll(first, 1);

    // When
    answer.getAndSet(() -> {}).run();
    poll(first, 2);

    // Then a successor would read again what comes in below
    assertThat(slow.committed(Set.of(P0)).get(P0).offset()).isZero();
  }

  @Test
  void retention_stillCommitsNothingThatWasReadBeforeAndIsNotStored() {
    database.hold();
    add(P0, 0, 10);
    pollUntilCommit();
    consumer.updateBeginningOffsets(Map.of(P0, 110L));
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 10L)));
    pollUntilCommit();
    assertThat(committed(P0)).isEqualTo(-1);

    database.release();
    pollUntilCommit();

    assertThat(database.stored()).hasSize(10);
    assertThat(committed(P0)).isEqualTo(110);
  }

  @Test
  void finish_flushesTheRestCommitsAndCloses() {
    add(P0, 0, 4);
    pollUntilCommit();
    assertThat(database.stored()).isEmpty();

    session.finish(SECOND, SECOND, SECOND);

    assertThat(database.stored()).hasSize(4);
    assertThat(consumer.closed()).isTrue();
    assertThat(count("wide_events.commits")).isEqualTo(1);
  }

  @Test
  void status_tellsTheLag() {
    database.hold();
    consumer.updateEndOffsets(Map.of(P0, 25L, P1, 0L));
    add(P0, 0, 10);
    pollUntilCommit();
    clock.advance(Duration.ofSeconds(5));

    assertThat(session.status().partitions())
        .filteredOn(lag -> lag.partition() == 0)
        .singleElement()
        .satisfies(
            lag -> {
              assertThat(lag.records()).isEqualTo(25);
              assertThat(lag.seconds()).isCloseTo(5.2, within(0.1));
            });
  }

  @Test
  void corruptBatch_stopsItsPartitionAloneAndIsNamed() {
    // Given a poll that fails, without a word of the partition, when P0 is to be read at 5
    add(P0, 0, 5);
    pollUntilCommit();
    inLog(P0, 5, 8);
    inLog(P1, 0, 4);
    source.log.corruptAt(P0, 5);
    consumer.setPollException(new CorruptRecordException("Invalid magic found in record: 66"));

    // When
    pollUntilCommit();
    add(P1, 4, 10);
    pollUntilCommit();
    clock.advance(SECOND);
    pollUntilCommit();

    // Then
    assertThat(database.stored()).hasSize(15);
    assertThat(committed(P0)).isEqualTo(5);
    assertThat(committed(P1)).isEqualTo(10);
    assertThat(session.status().stopped())
        .containsExactly(new StoppedPartition(0, 5, "Record is corrupt"));
    assertThat(session.status().paused()).isFalse();
    assertThat(consumer.paused()).containsExactly(P0);
    assertThat(count("wide_events.poll_failures")).isEqualTo(1);
  }

  @Test
  void corruptBatch_isTriedAgainEveryMinuteAndReadOnWhenItIsRepaired() {
    // Given
    inLog(P0, 0, 8);
    source.log.corruptAt(P0, 5);
    consumer.setPollException(new KafkaException("Received exception when fetching"));
    poll(session, 300);
    int reads = source.log.reads;
    poll(session, 600);
    assertThat(source.log.reads - reads).isBetween(9, 11);
    assertThat(committed(P0)).isEqualTo(5);

    // When
    source.log.repair(P0);
    poll(session, 70);
    add(P0, 8, 12);
    poll(session, 3);

    // Then
    assertThat(database.stored()).hasSize(12);
    assertThat(session.status().stopped()).isEmpty();
    assertThat(consumer.paused()).isEmpty();
    assertThat(committed(P0)).isEqualTo(12);
  }

  @Test
  void corruptBatch_isPassedOverOnlyWhenItsRecordsAreDeletedFromTheLog() {
    // Given
    inLog(P0, 0, 12);
    source.log.corruptAt(P0, 5);
    consumer.setPollException(new KafkaException("Received exception when fetching"));
    poll(session, 100);
    assertThat(committed(P0)).isEqualTo(5);

    // When an operator deletes the records up to the next batch
    source.log.deleteBefore(P0, 8);
    consumer.updateBeginningOffsets(Map.of(P0, 8L, P1, 0L));
    poll(session, 70);
    add(P0, 8, 12);
    poll(session, 3);

    // Then
    assertThat(metrics.lostToRetention()).isEqualTo(3);
    assertThat(database.stored()).hasSize(9);
    assertThat(committed(P0)).isEqualTo(12);
    assertThat(session.status().stopped()).isEmpty();
  }

  @Test
  void corruptBatch_thatATruncationRemovesIsNoticedByTheLeaderEpoch() {
    // Given a partition that is stopped at offset 3, read so far from the leader of epoch 5
    for (int offset = 0; offset < 3; offset++) {
      source.log.add(ofEpoch(5, offset));
    }
    source.log.corruptAt(P0, 3);
    consumer.setPollException(new KafkaException("Received exception when fetching"));
    pollUntilCommit();

    // When a leader whose log ends at offset 1 is elected, and others are written from there on
    source.log.truncate(P0, new OffsetAndMetadata(1, Optional.of(4), ""));
    source.log.repair(P0);
    for (int offset = 1; offset < 10; offset++) {
      source.log.add(LogRecords.event(TOPIC, 0, offset, 1_000 + offset, ManualClock.START));
    }
    poll(session, 7);

    // Then
    OffsetAndMetadata lastRead = Objects.requireNonNull(source.log.lastRead);
    assertThat(lastRead).isEqualTo(new OffsetAndMetadata(3, Optional.of(5), ""));
    assertThat(consumer.position(P0)).isEqualTo(1);
    assertThat(session.status().stopped()).isEmpty();
  }

  @Test
  void corruptBatch_ofADeletedTopicHoldsUpNothingOfTheNewTopic() {
    // Given a partition that was tried several times and waits for a minute
    topicIds.willAnswer(Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAQ"));
    poll(session, 20);
    source.log.corruptAt(P0, 0);
    consumer.setPollException(new KafkaException("Received exception when fetching"));
    poll(session, 80);
    assertThat(session.status().stopped()).hasSize(1);
    int reads = source.log.reads;

    // When
    topicIds.willAnswer(Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAg"));
    poll(session, 8);

    // Then the consumer reads the partition again
    assertThat(session.status().stopped()).isEmpty();
    assertThat(consumer.paused()).isEmpty();
    assertThat(consumer.position(P0)).isZero();
    assertThat(source.log.reads).isEqualTo(reads);
  }

  @Test
  void corruptBatch_isForgottenWithItsPartition() {
    inLog(P0, 0, 3);
    source.log.corruptAt(P0, 0);
    consumer.setPollException(new KafkaException("Received exception when fetching"));
    pollUntilCommit();
    assertThat(session.status().stopped()).hasSize(1);

    consumer.rebalance(List.of(P1));

    assertThat(session.status().stopped()).isEmpty();
    consumer.rebalance(List.of(P0, P1));
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void outOfMemoryInAPoll_losesNothingOfWhatThePollHadRead() {
    // Given a poll that has taken records of both partitions when the heap ends
    inLog(P0, 0, 10);
    inLog(P1, 0, 10);
    dying.set(
        () -> {
          consumer.seek(P0, 10);
          consumer.seek(P1, 7);
          throw new OutOfMemoryError("Java heap space");
        });

    // When
    pollUntilCommit();

    // Then
    assertThat(database.stored()).hasSize(20);
    assertThat(committed(P0)).isEqualTo(10);
    assertThat(committed(P1)).isEqualTo(10);
    assertThat(consumer.paused()).isEmpty();
    assertThat(consumer.position(P1)).isEqualTo(10);
    assertThat(source.log.closed).isTrue();
  }

  @Test
  void recordTooLargeForTheHeap_becomesADeadLetterByItsCoordinates() {
    // Given
    inLog(P0, 0, 3);
    source.log.add(cut(3, 200_000_000));
    inLog(P0, 4, 10);
    dying.set(
        () -> {
          throw new OutOfMemoryError("Java heap space");
        });

    // When
    pollUntilCommit();

    // Then
    assertThat(database.stored()).hasSize(9);
    assertThat(deadLetters.kept())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.TOO_LARGE);
              assertThat(letter.source().offset()).isEqualTo(3);
              assertThat(letter.error()).contains("200000000");
            });
    assertThat(committed(P0)).isEqualTo(10);
  }

  @Test
  void recordsOfManyHeaders_areReadAFewAtATime() {
    // Given a poll for whose records of few bytes and many headers there is no memory
    Headers headers = new RecordHeaders();
    for (int i = 0; i < 50_000; i++) {
      headers.add("", null);
    }
    for (int offset = 0; offset < 40; offset++) {
      source.log.add(tombstone(offset, headers));
    }
    dying.set(
        () -> {
          throw new OutOfMemoryError("Java heap space");
        });

    // When
    session.pollOnce();
    session.pollOnce();

    // Then
    assertThat(count("wide_events.consumed")).isBetween(1.0, 10.0);
    assertThat(pipeline.status().heldRecords()).isLessThan(10);
  }

  @Test
  void errorInARebalanceCallback_endsTheSession() {
    // Given a callback that has to pause a partition, which fails
    consumer.rebalance(List.of(P0));
    database.goDown();
    add(P0, 0, 10);
    pollUntilCommit();
    add(P0, 10, 20); // what the probes need
    pollUntilCommit();
    pausing.set(new OutOfMemoryError("Java heap space"));
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(P0, P1)));

    // Then the failure does not count as a poll that ran out of memory
    assertThatThrownBy(() -> session.pollOnce()).isInstanceOf(OutOfMemoryError.class);
    assertThat(source.log.reads).isZero();
  }

  @Test
  void pollsThatFailForNoPartition_endTheSession() {
    consumer.setPollException(new KafkaException("Unexpected error"));
    pollUntilCommit();
    consumer.setPollException(new KafkaException("Unexpected error"));

    assertThatThrownBy(this::pollUntilCommit).isInstanceOf(KafkaException.class);
  }

  @Test
  void pollThatIsNotAuthorized_endsTheSessionAtOnce() {
    consumer.setPollException(new TopicAuthorizationException(Set.of(TOPIC)));

    assertThatThrownBy(() -> session.pollOnce()).isInstanceOf(TopicAuthorizationException.class);
  }

  @Test
  void leaderThatCannotBeReached_isNamedAndTriedAgain() {
    inLog(P0, 0, 3);
    source.log.unreachable = "no connection";
    consumer.setPollException(new KafkaException("Received exception when fetching"));
    pollUntilCommit();
    assertThat(session.status().stopped())
        .extracting(StoppedPartition::cause)
        .allMatch(cause -> cause.contains("no connection"));

    source.log.unreachable = null;
    poll(session, 70);

    assertThat(session.status().stopped()).isEmpty();
    assertThat(committed(P0)).isEqualTo(3);
  }

  @Test
  void leaderThatDoesNotAnswer_isAskedOnceForAllItsPartitions() {
    // Given a leader of both partitions each attempt at which takes three seconds
    source.log.hanging = () -> clock.advance(Duration.ofSeconds(3));
    consumer.setPollException(new KafkaException("Received exception when fetching"));

    // When
    pollUntilCommit();

    // Then
    assertThat(session.status().stopped()).hasSize(2);
    assertThat(source.log.reads).isEqualTo(1);
    inLog(P0, 0, 3);
    source.log.hanging = null;
    poll(session, 70);
    assertThat(session.status().stopped()).isEmpty();
    assertThat(committed(P0)).isEqualTo(3);
  }

  @Test
  void partitionThatHasRecordsAndBringsNone_isLookedInto() {
    // Given
    consumer.updateEndOffsets(Map.of(P0, 20L, P1, 0L));
    source.log.corruptAt(P0, 0);

    // When
    poll(session, 34);
    assertThat(session.status().stopped()).isEmpty();
    poll(session, 8);

    // Then
    assertThat(session.status().stopped())
        .containsExactly(new StoppedPartition(0, 0, "Record is corrupt"));
  }

  @Test
  void moreToCome_isKnownByTheNumberThatAPollReallyReturns() {
    source.maxPollRecords = 4;
    MockConsumer<byte[], byte[]> lowered = newConsumer();
    ConsumerSession small = newSession(lowered);
    join(small, lowered);
    lowered.setMaxPollRecords(4);
    for (int offset = 0; offset < 8; offset++) {
      lowered.addRecord(LogRecords.event(TOPIC, 0, offset, offset, ManualClock.START));
    }

    small.pollOnce();
    small.pollOnce();

    assertThat(lowered.lastPollTimeout()).isZero();
  }

  private void inLog(TopicPartition partition, int fromOffset, int toOffset) {
    for (int offset = fromOffset; offset < toOffset; offset++) {
      int n = partition.partition() * 1_000_000 + offset;
      source.log.add(LogRecords.event(TOPIC, partition.partition(), offset, n, ManualClock.START));
    }
  }

  private static ConsumerRecord<byte[], byte[]> ofEpoch(int leaderEpoch, int offset) {
    ConsumerRecord<byte[], byte[]> record =
        LogRecords.event(TOPIC, 0, offset, offset, ManualClock.START);
    return new ConsumerRecord<>(
        TOPIC,
        0,
        offset,
        record.timestamp(),
        record.timestampType(),
        record.serializedKeySize(),
        record.serializedValueSize(),
        record.key(),
        record.value(),
        record.headers(),
        Optional.of(leaderEpoch));
  }

  private static ConsumerRecord<byte[], byte[]> tombstone(long offset, Headers headers) {
    return new ConsumerRecord<>(
        TOPIC,
        0,
        offset,
        ManualClock.START.toEpochMilli(),
        TimestampType.CREATE_TIME,
        -1,
        -1,
        null,
        null,
        headers,
        Optional.empty());
  }

  private static ConsumerRecord<byte[], byte[]> cut(long offset, int bytes) {
    return new ConsumerRecord<>(
        TOPIC,
        0,
        offset,
        ManualClock.START.toEpochMilli(),
        TimestampType.CREATE_TIME,
        0,
        bytes,
        new byte[0],
        new byte[100],
        new RecordHeaders(),
        Optional.empty());
  }

  private void add(TopicPartition partition, int fromOffset, int toOffset) {
    for (int offset = fromOffset; offset < toOffset; offset++) {
      int n = partition.partition() * 1_000_000 + offset;
      consumer.addRecord(
          LogRecords.event(TOPIC, partition.partition(), offset, n, ManualClock.START));
    }
  }

  private void poll(ConsumerSession any, int times) {
    for (int i = 0; i < times; i++) {
      any.pollOnce();
      clock.advance(SECOND);
    }
  }

  /** A consumer whose look-up of the start of a log fails a number of times. */
  private static MockConsumer<byte[], byte[]> withoutLeader(
      TopicPartition lost, AtomicInteger times) {
    MockConsumer<byte[], byte[]> consumer =
        new MockConsumer<>("none") {
          @Override
          public synchronized Map<TopicPartition, Long> beginningOffsets(
              Collection<TopicPartition> partitions, Duration timeout) {
            if (partitions.contains(lost) && times.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
              throw new TimeoutException("no leader");
            }
            return super.beginningOffsets(partitions, timeout);
          }
        };
    consumer.updateBeginningOffsets(Map.of(P0, 0L, P1, 0L));
    consumer.updateEndOffsets(Map.of(P0, 0L, P1, 0L));
    return consumer;
  }

  private void pollUntilCommit() {
    for (int i = 0; i < 12; i++) {
      session.pollOnce();
      clock.advance(Duration.ofMillis(1)); // less than a batch waits, even added up
    }
    clock.advance(Duration.ofMillis(200)); // a commit is due
    session.pollOnce();
    session.pollOnce();
  }

  private long committed(TopicPartition partition) {
    OffsetAndMetadata offset = consumer.committed(Set.of(partition)).get(partition);
    return offset == null ? -1 : offset.offset();
  }

  private double count(String name) {
    return registry.get(name).counter().count();
  }

  private MockConsumer<byte[], byte[]> newConsumer() {
    MockConsumer<byte[], byte[]> consumer =
        new MockConsumer<>("none") {
          @Override
          public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            dying.getAndSet(() -> {}).run();
            return super.poll(timeout);
          }

          @Override
          public synchronized void pause(Collection<TopicPartition> partitions) {
            Error failure = pausing.getAndSet(null);
            if (failure != null) {
              throw failure;
            }
            super.pause(partitions);
          }
        };
    Node leader = new Node(1, "127.0.0.1", 9092);
    Node[] replicas = {leader};
    consumer.updatePartitions(
        TOPIC,
        List.of(
            new PartitionInfo(TOPIC, 0, leader, replicas, replicas),
            new PartitionInfo(TOPIC, 1, leader, replicas, replicas)));
    consumer.updateBeginningOffsets(Map.of(P0, 0L, P1, 0L));
    consumer.updateEndOffsets(Map.of(P0, 0L, P1, 0L));
    return consumer;
  }

  private ConsumerSession newSession(MockConsumer<byte[], byte[]> over) {
    return new ConsumerSession(
        over,
        new SessionParts(
            source,
            topicIds,
            new RecordPath(
                new RecordIntake(new RecordDecoder(EncoderSettings.DEFAULT, clock), clock),
                pipeline,
                completions),
            metrics,
            new Clocks(clock, clock)),
        new Assignment());
  }

  private static void join(ConsumerSession session, MockConsumer<byte[], byte[]> consumer) {
    session.subscribe(TOPIC);
    consumer.rebalance(List.of(P0, P1));
    consumer.seek(P0, 0);
    consumer.seek(P1, 0);
  }
}
