package io.wideevents.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A topic that is deleted and created again, as one session sees it. */
class TopicWatchTest {
  private static final String TOPIC = "log-events";
  private static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
  private static final TopicPartition P1 = new TopicPartition(TOPIC, 1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Uuid OLD = Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAQ");
  private static final Uuid NEW = Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAg");

  private final ManualClock clock = new ManualClock();
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final CompletionQueue completions = new CompletionQueue();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WorkerMetrics metrics = new WorkerMetrics(registry);
  private final FakeTopicIds topicIds = new FakeTopicIds();
  private final BatchPipeline pipeline =
      new BatchPipeline(
          new BatchLimits(10, 10, 1 << 20, SECOND, 2, 1 << 24),
          new BatchPipeline.Destinations(
              database,
              new RecordingDeadLetterSink(),
              new DeadLetterCircuitBreaker(true, clock),
              completions),
          new BatchPipeline.Reports(metrics, batch -> {}),
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(1)),
          new Clocks(clock, clock));
  private int failingCommittedLookUps;
  private boolean offsetsDeleted;
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>("none") {
        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
            Set<TopicPartition> partitions, Duration timeout) {
          if (failingCommittedLookUps-- > 0) {
            throw new TimeoutException("no coordinator");
          }
          return offsetsDeleted ? new HashMap<>() : super.committed(partitions, timeout);
        }
      };
  private final Assignment assignment = new Assignment();
  private final ConsumerSession session = newSession(consumer);

  @BeforeEach
  void join() {
    topicIds.willAnswer(OLD);
    consumer.updateBeginningOffsets(Map.of(P0, 0L, P1, 0L));
    consumer.updateEndOffsets(Map.of(P0, 0L, P1, 0L));
    session.subscribe(TOPIC);
  }

  @Test
  void commit_carriesTheTopicId() {
    joinAt(0);
    add(0, 10);

    seconds(2);

    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, "topicId=" + OLD));
  }

  @Test
  void recreatedWhileRunning_isReadFromItsStart() {
    // Given
    joinAt(0);
    add(0, 10);
    seconds(2);

    // When the new topic has more records than the old one had
    topicIds.willAnswer(NEW);
    seconds(8);
    addNew(0, 20);
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(30);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + NEW));
    assertThat(count("wide_events.topic_recreations")).isEqualTo(2); // of P0 and of P1
  }

  @Test
  void recreatedWhileDown_isReadFromItsStart() {
    // Given a commit of the old topic, which the new one has records below
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);
    topicIds.willAnswer(NEW);

    joinAtCommitted();
    seconds(3);
    addNew(0, 20);
    seconds(2);

    assertThat(database.stored()).hasSize(20);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + NEW));
  }

  @Test
  void recreatedWhileDown_needsANewConsumerWhenALeaderEpochWasCommitted() {
    consumer.commitSync(Map.of(P0, new OffsetAndMetadata(10, Optional.of(50), "topicId=" + OLD)));
    topicIds.willAnswer(NEW);
    joinAtCommitted();

    assertThatThrownBy(() -> seconds(5))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("created again");

    assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "topicId=" + NEW));
  }

  @Test
  void recreatedWhilePaused_isReadFromItsStartAndWhatIsInMemoryIsStored() {
    // Given an outage of the database with records of the old topic in memory
    joinAt(0);
    database.goDown();
    add(0, 10);
    seconds(2);
    add(10, 15); // what the probes need
    seconds(2);
    assertThat(consumer.paused()).contains(P0);

    // When
    topicIds.willAnswer(NEW);
    seconds(8);
    database.comeBack();
    seconds(40);
    addNew(0, 20);
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(35);
    assertThat(count("wide_events.handed_back")).isZero();
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + NEW));
  }

  @Test
  void lateResultsOfTheOldTopic_moveNoOffsetOfTheNewOne() {
    joinAt(0);
    database.hold();
    add(0, 10);
    seconds(2);
    topicIds.willAnswer(NEW);
    seconds(8);

    database.release();
    seconds(2);

    assertThat(database.stored()).hasSize(10);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "topicId=" + NEW));
  }

  @Test
  void untilTheDifferenceIsConfirmed_commitsCarryTheOldId() {
    joinAt(0);
    add(0, 10);
    seconds(2);
    topicIds.willAnswer(NEW);
    add(10, 20);

    session.pollOnce();
    session.pollOnce();
    clock.advance(SECOND);
    session.pollOnce();

    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + OLD));
  }

  @Test
  void aSingleDifferentAnswer_changesNothing() {
    joinAt(0);
    add(0, 10);
    seconds(2);
    int asked = topicIds.asked;

    topicIds.willAnswer(NEW); // of a broker that is ahead of the others
    while (topicIds.asked == asked) {
      seconds(1);
    }
    topicIds.willAnswer(OLD);
    seconds(20);

    assertThat(count("wide_events.topic_recreations")).isZero();
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, "topicId=" + OLD));
  }

  @Test
  void committedByAnotherTool_isTrustedAndGetsTheIdAtOnce() {
    commitOnBehalfOfTheGroup(10, "");

    joinAtCommitted();
    seconds(3);

    assertThat(consumer.position(P0)).isEqualTo(10);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, "topicId=" + OLD));
    assertThat(count("wide_events.topic_recreations")).isZero();
  }

  @Test
  void committedWithTheId_isNotCommittedAgain() {
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);

    joinAtCommitted();
    seconds(20);

    assertThat(count("wide_events.commits")).isZero();
  }

  @Test
  void nothingIsCommitted_whileTheCommittedOffsetIsNotKnown() {
    // Given
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);
    topicIds.willAnswer(NEW);
    failingCommittedLookUps = 2;
    joinAtCommitted();
    add(10, 20);

    // When its records are stored, the evidence must stay
    seconds(2);
    assertThat(database.stored()).hasSize(10);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, "topicId=" + OLD));
    seconds(15);

    // Then
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "topicId=" + NEW));
  }

  @Test
  void recreatedBeforeTheFirstIdIsKnown_isReadFromItsStart() {
    // Given look-ups that fail until the topic is another one
    theFirstLookUpFails();
    joinAt(0);
    add(0, 10);
    seconds(6);

    // When
    topicIds.willAnswer(NEW);
    seconds(8);
    addNew(0, 20);
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(30);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + NEW));
  }

  @Test
  void recreatedBeforeTheFirstIdIsKnown_isReadFromItsStartWhenAnOffsetWithoutIdIsGone() {
    // Given
    theFirstLookUpFails();
    commitOnBehalfOfTheGroup(10, "");
    joinAtCommitted();
    add(10, 20);
    seconds(6);

    // When the broker has deleted the offset together with the topic
    offsetsDeleted = true;
    topicIds.willAnswer(NEW);
    seconds(20);
    offsetsDeleted = false;
    addNew(0, 30);
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(40);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(30, "topicId=" + NEW));
  }

  @Test
  void recreatedBeforeTheCommittedOffsetIsKnown_isReadFromItsStart() {
    // Given an offset that is read by the consumer, and deleted before the worker sees its id
    theFirstLookUpFails();
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);
    failingCommittedLookUps = 1;
    joinAtCommitted();
    add(10, 20);
    seconds(2);

    // When
    offsetsDeleted = true;
    topicIds.willAnswer(NEW);
    seconds(12);
    offsetsDeleted = false;
    addNew(0, 30);
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(40);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(30, "topicId=" + NEW));
  }

  @Test
  void lostRecords_areCountedOnceWhenTheFirstIdIsKnownLate() {
    // Given a group without committed offsets, and a log that begins at 10
    consumer.updateBeginningOffsets(Map.of(P0, 10L));
    theFirstLookUpFails();
    consumer.rebalance(List.of(P0));
    session.pollOnce();
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    seconds(2);
    assertThat(session.status().lostRecords()).isEqualTo(10);

    // When the late id makes the worker read the partition from its start again
    topicIds.willAnswer(OLD);
    seconds(5);
    assertThat(consumer.position(P0)).isZero();
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    seconds(2);

    // Then
    assertThat(consumer.position(P0)).isEqualTo(10);
    assertThat(session.status().lostRecords()).isEqualTo(10);
    assertThat(count("wide_events.lost_to_retention")).isEqualTo(10);
  }

  @Test
  void lostRecords_ofARecreatedTopicAreCountedAgain() {
    // Given ten lost records of the old topic
    consumer.updateBeginningOffsets(Map.of(P0, 10L));
    consumer.rebalance(List.of(P0));
    session.pollOnce();
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    seconds(2);

    // When the first ten records of the new topic are lost too
    topicIds.willAnswer(NEW);
    seconds(8);
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    seconds(2);

    // Then
    assertThat(session.status().lostRecords()).isEqualTo(20);
  }

  @Test
  void lostRecords_thatALaterReadFromTheStartFindsAreCounted() {
    // Given ten lost records before the id is known
    consumer.updateBeginningOffsets(Map.of(P0, 10L));
    theFirstLookUpFails();
    consumer.rebalance(List.of(P0));
    session.pollOnce();
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    seconds(2);

    // When retention deletes five more before the partition is read again
    topicIds.willAnswer(OLD);
    seconds(5);
    consumer.updateBeginningOffsets(Map.of(P0, 15L));
    consumer.setPollException(new OffsetOutOfRangeException(Map.of(P0, 0L)));
    seconds(2);

    // Then
    assertThat(session.status().lostRecords()).isEqualTo(15);
  }

  @Test
  void untilTheFirstIdIsKnown_onlyTheLogsStartIsCommitted() {
    theFirstLookUpFails();
    consumer.rebalance(List.of(P0));
    session.pollOnce(); // begins at 0, for nothing is committed
    add(0, 10);

    seconds(20);

    assertThat(database.stored()).hasSize(10);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, ""));
  }

  @Test
  void aFirstIdThatIsKnownLate_changesNothingWhileAnOffsetWithoutIdIsStillCommitted() {
    theFirstLookUpFails();
    commitOnBehalfOfTheGroup(10, "");
    joinAtCommitted();
    add(10, 20);
    seconds(6);

    topicIds.willAnswer(OLD);
    seconds(8);

    assertThat(consumer.position(P0)).isEqualTo(20);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + OLD));
  }

  @Test
  void anIdThatWasKnownBeforeTheAssignment_isThatOfThePosition() {
    session.pollOnce(); // takes the answer to the look-up of the subscription
    joinAt(0);
    add(0, 10);

    seconds(2);

    assertThat(consumer.position(P0)).isEqualTo(10);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, "topicId=" + OLD));
  }

  @Test
  void unauthorizedLookUps_commitWithoutId() {
    // Given
    topicIds.willFail(new TopicAuthorizationException(TOPIC));
    session.subscribe(TOPIC);
    joinAt(0);
    add(0, 10);
    seconds(8);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, ""));

    // When they are authorized later
    topicIds.willAnswer(OLD);
    seconds(8);

    // Then
    assertThat(consumer.position(P0)).isEqualTo(10);
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(10, "topicId=" + OLD));
  }

  @Test
  void unauthorizedLookUps_leaveTheIdAsItWasCommitted() {
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);
    topicIds.willFail(new TopicAuthorizationException(TOPIC));

    joinAtCommitted();
    add(10, 20);
    seconds(20);

    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + OLD));
  }

  @Test
  void brokersWithoutTopicIds_changeNothing() {
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);
    topicIds.willAnswer(Uuid.ZERO_UUID);

    joinAtCommitted();
    add(10, 20);
    seconds(20);

    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + OLD));
  }

  @Test
  void aLookUpThatNeverAnswers_isFollowedByAnother() {
    joinAt(0);
    topicIds.willHang();
    add(0, 10);
    seconds(10);
    int asked = topicIds.asked;

    seconds(20);

    assertThat(topicIds.asked).isGreaterThan(asked);
  }

  @Test
  void withoutAnswers_whatBeganAtAnOffsetWithItsIdIsCommitted() {
    commitOnBehalfOfTheGroup(10, "topicId=" + OLD);
    topicIds.willHang();
    joinAtCommitted();
    add(10, 20);

    seconds(20);

    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + OLD));
  }

  @Test
  void deletedTopic_keepsWhatIsInMemoryWhenItsPartitionsAreRevoked() {
    // Given an outage of the database, and then the topic is deleted
    joinAt(0);
    database.goDown();
    add(0, 10);
    seconds(2);
    topicIds.willFail(new UnknownTopicOrPartitionException());
    seconds(8);

    // When
    consumer.rebalance(List.of());
    database.comeBack();
    seconds(40);

    // Then
    assertThat(database.stored()).hasSize(10);
    assertThat(count("wide_events.handed_back")).isZero();
  }

  @Test
  void revokedBecauseTheTopicIsDeleted_keepsWhatIsInMemory() {
    // Given a revocation that comes before the worker looks the topic up
    joinAt(0);
    database.goDown();
    add(0, 10);
    seconds(2);
    topicIds.willFail(new UnknownTopicOrPartitionException());
    consumer.rebalance(List.of());
    seconds(2);

    // When the new topic has other events, and the database comes back
    topicIds.willAnswer(NEW);
    consumer.rebalance(List.of(P0));
    seconds(8);
    database.comeBack();
    seconds(40);
    addNew(0, 20);
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(30);
    assertThat(count("wide_events.handed_back")).isZero();
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(20, "topicId=" + NEW));
  }

  @Test
  void recreatedAndItsOffsetsDeleted_isCountedAndLogged() {
    // Given a broker that deletes the offsets of the deleted topic before its partitions come back
    joinAt(0);
    add(0, 10);
    seconds(2);
    topicIds.willFail(new UnknownTopicOrPartitionException());
    consumer.rebalance(List.of());
    seconds(2);

    // When
    offsetsDeleted = true;
    topicIds.willAnswer(NEW);
    consumer.rebalance(List.of(P0));
    consumer.seek(P0, 0);
    addNew(0, 20);
    seconds(4);

    // Then
    assertThat(count("wide_events.topic_recreations")).isEqualTo(1);
  }

  @Test
  void revokedFromATopicThatExists_handsBackWhatIsInMemorySoon() {
    joinAt(0);
    database.goDown();
    add(0, 10);
    seconds(2);

    consumer.rebalance(List.of());
    seconds(3);

    assertThat(count("wide_events.handed_back")).isEqualTo(10);
    assertThat(pipeline.status().heldRecords()).isZero();
  }

  @Test
  void revokedBeforeTheDifferenceIsConfirmed_isNoticedByTheNextOwner() {
    // Given
    joinAt(0);
    add(0, 10);
    seconds(2);
    int asked = topicIds.asked;
    topicIds.willAnswer(NEW);
    while (topicIds.asked == asked) {
      seconds(1);
    }

    // When
    consumer.rebalance(List.of());
    seconds(5);
    consumer.rebalance(List.of(P0));
    seconds(3);

    // Then
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "topicId=" + NEW));
  }

  @Test
  void recreation_countsWhatWasKnownToBeUnread() {
    joinAt(0);
    consumer.updateEndOffsets(Map.of(P0, 25L, P1, 0L));
    add(0, 10);
    seconds(10);

    topicIds.willAnswer(NEW);
    seconds(8);

    assertThat(count("wide_events.lost_to_topic_deletion")).isEqualTo(15);
  }

  @Test
  void finish_countsLastCopiesThatTheDatabaseDidNotTake() {
    joinAt(0);
    database.goDown();
    add(0, 10);
    seconds(2);
    topicIds.willAnswer(NEW);
    seconds(8);

    session.finish(SECOND, SECOND, SECOND);

    assertThat(count("wide_events.lost_to_topic_deletion")).isEqualTo(10);
  }

  @Test
  void lastCopiesOfASessionThatFailed_areCountedWhenTheDatabaseDidNotTakeThem() {
    // Given records of the old topic in memory when the consumer fails
    joinAt(0);
    database.goDown();
    add(0, 10);
    seconds(2);
    topicIds.willAnswer(NEW);
    seconds(8);
    session.abandon(SECOND);

    // When the worker ends during the next session
    ConsumerSession next = newSession(new MockConsumer<>("none"));
    next.subscribe(TOPIC);
    next.finish(SECOND, SECOND, SECOND);

    // Then
    assertThat(count("wide_events.lost_to_topic_deletion")).isEqualTo(10);
  }

  @Test
  void truncation_storesWhatWasReadAboveIt() {
    // Given records in memory that a new leader does not have
    joinAt(0);
    database.hold();
    add(0, 10);
    seconds(2);
    Map<TopicPartition, Long> at = Map.of(P0, 10L);
    OffsetAndMetadata divergence = new OffsetAndMetadata(4, Optional.of(1), "");

    // When
    consumer.setPollException(new LogTruncationException(at, Map.of(P0, divergence)));
    seconds(2);
    database.release();
    seconds(2);

    // Then
    assertThat(database.stored()).hasSize(10);
  }

  @Test
  void truncation_commitsNothingAboveWhatIsInMemoryBelowIt() {
    // Given records in memory, of which a new leader has the first four
    joinAt(0);
    database.hold();
    add(0, 10);
    seconds(2);
    Map<TopicPartition, Long> at = Map.of(P0, 10L);
    OffsetAndMetadata divergence = new OffsetAndMetadata(4, Optional.of(0), "");

    // When
    consumer.setPollException(new LogTruncationException(at, Map.of(P0, divergence)));
    seconds(2);

    // Then a successor would read the four again
    assertThat(consumer.position(P0)).isZero();
    assertThat(committed().offset()).isZero();
    add(0, 4);
    database.release();
    seconds(2);
    assertThat(committed().offset()).isEqualTo(4);
  }

  private ConsumerSession newSession(MockConsumer<byte[], byte[]> over) {
    return new ConsumerSession(
        over,
        new SessionParts(
            new FakeConsumerSource(),
            topicIds,
            new RecordPath(
                new RecordIntake(new RecordDecoder(EncoderSettings.DEFAULT, clock), clock),
                pipeline,
                completions),
            metrics,
            new Clocks(clock, clock)),
        assignment);
  }

  /** Subscribes again before any commit, so that the id of the topic is unknown. */
  private void theFirstLookUpFails() {
    topicIds.willFail(new TimeoutException("no broker"));
    session.subscribe(TOPIC);
  }

  private void joinAt(long offset) {
    consumer.rebalance(List.of(P0, P1));
    consumer.seek(P0, offset);
    consumer.seek(P1, offset);
  }

  private void joinAtCommitted() {
    consumer.rebalance(List.of(P0));
  }

  /**
   * A commit of the group before this session. The mock accepts commits of an assigned partition
   * only.
   */
  private void commitOnBehalfOfTheGroup(long offset, String metadata) {
    MockConsumer<byte[], byte[]> mock = consumer;
    mock.commitSync(Map.of(P0, new OffsetAndMetadata(offset, metadata)));
  }

  private void add(int from, int to) {
    addEvents(from, to, 0);
  }

  /** Adds records of the new topic, with other events. */
  private void addNew(int from, int to) {
    addEvents(from, to, 1_000_000);
  }

  private void addEvents(int from, int to, int firstNumber) {
    for (int offset = from; offset < to; offset++) {
      consumer.addRecord(
          LogRecords.event(TOPIC, 0, offset, firstNumber + offset, ManualClock.START));
    }
  }

  private void seconds(int seconds) {
    for (int i = 0; i < seconds * 4; i++) {
      session.pollOnce();
      clock.advance(Duration.ofMillis(250));
    }
  }

  private OffsetAndMetadata committed() {
    return consumer.committed(Set.of(P0)).get(P0);
  }

  private double count(String name) {
    return registry.get(name).counter().count();
  }
}
