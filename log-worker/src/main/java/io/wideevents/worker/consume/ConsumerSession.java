package io.wideevents.worker.consume;

import io.wideevents.codec.RecordResult;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.PendingRecord;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one consumer, from its subscription until it is closed. Each {@link #turn} takes in
 * what has been settled, starts what may be started, commits, decides anew which partitions are
 * paused, and polls.
 *
 * <p>Not thread-safe: belongs to the polling thread, on which Kafka also runs the rebalance
 * callbacks, inside {@code poll} and {@code close}.
 */
final class ConsumerSession implements ConsumerRebalanceListener {
  /** How long giving up partitions may wait for what is being written of them. */
  static final Duration REVOKE_DRAIN = Duration.ofSeconds(2);

  /** And for their commit: three seconds in all, for the whole group waits meanwhile. */
  static final Duration REVOKE_COMMIT = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(ConsumerSession.class);

  // Without anything to wait for: how soon lag and connection are looked at again.
  private static final long LONGEST_POLL_NANOS = Duration.ofMillis(500).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final BatchPipeline pipeline;
  private final CompletionQueue completions;
  private final RecordIntake intake;
  private final WorkerMetrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanoClock;
  private final Assignment assignment;
  private final OffsetCommits commits;
  private final StartPositions startPositions;
  private final TopicWatch topicWatch;
  private final PartitionIsolation isolation;
  private final BrokerWatch brokerWatch;
  private final StallWatch stallWatch;
  private final int maxPollRecords;
  private boolean joined;
  private boolean callbackFailed;
  private boolean moreToCome;

  /**
   * @param assignment shared with the sessions before and after this one: records whose log is gone
   *     outlive the session that polled them
   */
  ConsumerSession(
      Consumer<byte[], byte[]> consumer,
      ConsumerSource source,
      TopicIds topicIds,
      Assignment assignment,
      BatchPipeline pipeline,
      CompletionQueue completions,
      RecordIntake intake,
      WorkerMetrics metrics,
      AtomicLong lostRecords,
      InstantSource clock,
      LongSupplier nanoClock) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.pipeline = pipeline;
    this.completions = completions;
    this.intake = intake;
    this.metrics = metrics;
    this.clock = clock;
    this.nanoClock = nanoClock;
    commits = new OffsetCommits(consumer, assignment, metrics, nanoClock);
    startPositions = new StartPositions(consumer, assignment, metrics, lostRecords);
    topicWatch = new TopicWatch(consumer, topicIds, assignment, startPositions, nanoClock);
    maxPollRecords = source.maxPollRecords();
    isolation =
        new PartitionIsolation(
            consumer,
            source::newPartitionReader,
            assignment,
            startPositions,
            maxPollRecords,
            nanoClock);
    brokerWatch = new BrokerWatch(consumer, source, nanoClock);
    stallWatch = new StallWatch(consumer, nanoClock);
    completions.wakeBy(consumer::wakeup);
  }

  void subscribe(String topic) {
    topicWatch.subscribed(topic);
    consumer.subscribe(List.of(topic), this);
  }

  /**
   * One round. Blocks for half a second at most, or until something is settled.
   *
   * @throws org.apache.kafka.common.KafkaException if the consumer is of no more use
   */
  void turn() {
    completions.runPending();
    pipeline.run(moreToCome);
    commits.commitIfDue();
    pauseOrResume();
    ConsumerRecords<byte[], byte[]> polled = poll();
    moreToCome = polled.count() >= maxPollRecords;
    receive(polled);
    readIsolated();
    if (topicWatch.tick()) {
      pipeline.dropVoid();
    }
    if (topicWatch.needsNewConsumer()) {
      commits.commitNow(List.copyOf(consumer.assignment()), REVOKE_COMMIT);
      throw new KafkaException(
          "The topic was deleted and created again while no worker saw it; a new consumer is"
              + " needed, which does not know the leader epochs of the deleted topic");
    }
    if (brokerWatch.tick()) {
      isolateStalled();
    }
  }

  /** Settles what is held, as far as the time allows, commits, and leaves the group. */
  void finish(Duration drain, Duration commit, Duration leave) {
    drainAndCommit(List.copyOf(consumer.assignment()), drain, commit);
    reportLastCopies(assignment, metrics);
    abandon(leave);
  }

  /** Gives up everything and closes the consumer; its partitions are read again by others. */
  void abandon(Duration leave) {
    try {
      assignment.forgetAll();
      pipeline.dropVoid();
      completions.wakeBy(() -> {});
      isolation.close();
    } finally {
      // Whatever the cause was: a consumer that stays open keeps its partitions from others.
      consumer.close(CloseOptions.timeout(leave));
    }
  }

  ConsumerStatus status() {
    return new ConsumerStatus(
        nanoClock.getAsLong(),
        joined,
        consumer.paused().stream().anyMatch(partition -> !isolation.holds(partition)),
        pipeline.status(),
        startPositions.lostRecords(),
        assignment.all().stream()
            .map(this::lag)
            .sorted(Comparator.comparingInt(ConsumerStatus.PartitionLag::partition))
            .toList(),
        isolation.stopped());
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    inCallback(() -> assigned(partitions));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    inCallback(() -> revoked(partitions));
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    inCallback(() -> lost(partitions));
  }

  /** A callback that fails makes the poll around it fail, and leaves a session of no use. */
  private void inCallback(Runnable callback) {
    boolean done = false;
    try {
      callback.run();
      done = true;
    } finally {
      callbackFailed |= !done;
    }
  }

  private void assigned(Collection<TopicPartition> partitions) {
    joined = true;
    assignment.assign(partitions);
    topicWatch.assigned(partitions);
    logRebalance("Partitions assigned", partitions);
    // Within poll, which would otherwise return records of them at once.
    pauseOrResume();
  }

  private void revoked(Collection<TopicPartition> partitions) {
    if (partitions.stream().allMatch(partition -> assignment.progress(partition) == null)) {
      return; // closing: everything was given up before
    }
    completions.wokeUp();
    drainAndCommit(partitions, REVOKE_DRAIN, REVOKE_COMMIT);
    forget(partitions);
    logRebalance("Partitions revoked", partitions);
  }

  private void lost(Collection<TopicPartition> partitions) {
    joined = false;
    forget(partitions);
    logRebalance("Partitions lost: the group went on without this worker", partitions);
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    boolean mayWait = completions.fallAsleep() && !moreToCome;
    try {
      return consumer.poll(mayWait ? untilNextTurn() : Duration.ZERO);
    } catch (WakeupException somethingWasSettled) {
      return ConsumerRecords.empty();
    } catch (InvalidOffsetException noPosition) {
      // Awake before the lookup: a settled write would cut it short.
      completions.wokeUp();
      findPosition(noPosition);
      topicWatch.lookUpSoon(); // a topic that was created again is one of the causes
      return ConsumerRecords.empty();
    } catch (RuntimeException | OutOfMemoryError failure) {
      completions.wokeUp();
      metrics.pollFailed();
      if (callbackFailed || !isolation.handles(failure)) {
        throw failure;
      }
      return ConsumerRecords.empty();
    } finally {
      completions.wokeUp();
    }
  }

  private void findPosition(InvalidOffsetException noPosition) {
    try {
      startPositions.resolve(noPosition);
      pipeline.dropVoid();
    } catch (WakeupException | RetriableException passing) {
      // A wake-up sent before, or a partition without a leader. The next poll complains again;
      // leaving the group for it would only make every worker rebalance.
      LOG.atDebug().setCause(passing).log("No start position yet");
    }
  }

  private void readIsolated() {
    if (isolation.hasWork() && pipeline.wantsRecords()) {
      receive(isolation.read());
      pipeline.dropVoid(); // of a log that turned out to be truncated
      moreToCome |= isolation.hasWork();
    }
  }

  private void isolateStalled() {
    Set<TopicPartition> paused = consumer.paused();
    List<PartitionProgress> owned = List.copyOf(assignment.all());
    for (PartitionProgress progress : owned) {
      if (paused.contains(progress.partition()) || !brokerWatch.isConnected()) {
        stallWatch.forget(progress.partition());
      } else if (stallWatch.isStalled(progress, owned.size())) {
        stallWatch.forget(progress.partition());
        isolate(progress);
      }
    }
  }

  private void isolate(PartitionProgress stalled) {
    try {
      isolation.isolate(stalled);
    } catch (RetriableException passing) {
      // Its committed offset cannot be had now. It is still read by the consumer, and watched.
      LOG.atDebug().setCause(passing).log("A partition that brings nothing is looked into later");
    }
  }

  private void receive(ConsumerRecords<byte[], byte[]> records) {
    metrics.consumed(records.count());
    for (TopicPartition partition : records.partitions()) {
      PartitionProgress progress = owned(partition);
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        PendingRecord pending =
            intake.take(
                record, progress.track(record.offset(), record.leaderEpoch(), record.timestamp()));
        if (pending.content() instanceof RecordResult.Decoded decoded) {
          metrics.redacted(decoded.redactedValues());
        }
        pipeline.accept(pending);
      }
    }
    // Also of partitions that brought no record: control records move the position as well.
    records.nextOffsets().forEach((partition, next) -> owned(partition).advanceTo(next));
  }

  private PartitionProgress owned(TopicPartition partition) {
    PartitionProgress progress = assignment.progress(partition);
    if (progress == null) {
      throw new IllegalStateException("Polled " + partition + ", which is not assigned");
    }
    return progress;
  }

  private void pauseOrResume() {
    // One bound for the worker: completed records cost nothing, however many a stuck one holds up.
    boolean wants = pipeline.wantsRecords();
    Set<TopicPartition> paused = consumer.paused();
    List<TopicPartition> toPause = new ArrayList<>();
    List<TopicPartition> toResume = new ArrayList<>();
    for (PartitionProgress progress : assignment.all()) {
      boolean reads = wants && !isolation.holds(progress.partition());
      boolean reading = !paused.contains(progress.partition());
      if (reads != reading) {
        (reads ? toResume : toPause).add(progress.partition());
      }
    }
    if (!toPause.isEmpty()) {
      consumer.pause(toPause);
    }
    if (!toResume.isEmpty()) {
      consumer.resume(toResume);
    }
  }

  private Duration untilNextTurn() {
    long nanos = Math.min(pipeline.nanosUntilNextRun(), commits.nanosUntilNext());
    return Duration.ofNanos(Math.clamp(nanos, 0, LONGEST_POLL_NANOS));
  }

  private void drainAndCommit(
      Collection<TopicPartition> partitions, Duration drain, Duration commit) {
    completions.runPending();
    try {
      drain(partitions, nanoClock.getAsLong() + drain.toNanos());
    } catch (InterruptedException e) {
      // Somebody wants this thread to end: what is settled is committed all the same.
      Thread.currentThread().interrupt();
    }
    commits.commitNow(partitions, commit);
  }

  /** Works on until nothing is left of the partitions, time is up, or the database is down. */
  private void drain(Collection<TopicPartition> partitions, long deadlineNanos)
      throws InterruptedException {
    pipeline.flush();
    pipeline.run(false);
    while (!assignment.isDrained(partitions) && !pipeline.isIdle() && !pipeline.isDatabaseDown()) {
      long left = deadlineNanos - nanoClock.getAsLong();
      if (left <= 0) {
        return;
      }
      completions.awaitPending(Duration.ofNanos(Math.clamp(pipeline.nanosUntilNextRun(), 0, left)));
      pipeline.run(false);
    }
  }

  /** Reports records whose log is gone and that are not stored. A second call reports nothing. */
  static void reportLastCopies(Assignment assignment, WorkerMetrics metrics) {
    int records = assignment.forgetLastCopies();
    if (records > 0) {
      metrics.lostToTopicDeletion(records);
      LOG.atError()
          .addKeyValue("records", records)
          .log(
              "Records of a log that was deleted or truncated were read but not stored before the"
                  + " worker ended: they are lost");
    }
  }

  private void forget(Collection<TopicPartition> partitions) {
    assignment.release(partitions);
    isolation.forget(partitions);
    topicWatch.released();
    pipeline.dropVoid();
  }

  private ConsumerStatus.PartitionLag lag(PartitionProgress progress) {
    OptionalLong ahead = consumer.currentLag(progress.partition());
    int partition = progress.partition().partition();
    if (ahead.isEmpty() || progress.firstUnsettled() < 0) {
      return new ConsumerStatus.PartitionLag(partition, -1, 0);
    }
    long position = isolation.parkedAt(progress.partition()).orElse(progress.positionOffset());
    long records = ahead.getAsLong() + position - progress.firstUnsettled();
    long oldest = progress.oldestTimestampMillis();
    double seconds =
        records == 0 || oldest < 0 ? 0 : Math.max(0, clock.millis() - oldest) / 1_000.0;
    return new ConsumerStatus.PartitionLag(partition, records, seconds);
  }

  private void logRebalance(String what, Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) {
      metrics.rebalanced();
      LOG.atInfo()
          .addKeyValue(
              "partitions", partitions.stream().map(TopicPartition::partition).sorted().toList())
          .log(what);
    }
  }
}
