package io.wideevents.worker.consume;

import io.wideevents.codec.RecordResult;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.PendingRecord;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
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
 * The use of one consumer, from its subscription until it is closed. Each {@link #pollOnce} takes
 * results, starts writes, commits, pauses or resumes partitions, and polls.
 *
 * <p>Not thread-safe: belongs to the polling thread. Kafka runs the rebalance callbacks on that
 * thread too, inside {@code poll} and {@code close}.
 */
final class ConsumerSession implements ConsumerRebalanceListener {
  /** Longest wait for writes in flight when partitions are revoked. */
  static final Duration REVOKE_DRAIN = Duration.ofSeconds(2);

  /**
   * Timeout of the commit when partitions are revoked. Drain and commit take three seconds
   * together, because the whole group waits during a rebalance.
   */
  static final Duration REVOKE_COMMIT = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(ConsumerSession.class);

  // Longest poll when no work is due. It limits how old the lag and the connection state can be.
  private static final long LONGEST_POLL_NANOS = Duration.ofMillis(500).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final BatchPipeline pipeline;
  private final CompletionQueue completions;
  private final RecordIntake intake;
  private final WorkerMetrics metrics;
  private final LongSupplier nanoClock;
  private final Assignment assignment;
  private final OffsetCommits commits;
  private final StartPositions startPositions;
  private final TopicWatch topicWatch;
  private final PartitionIsolation isolation;
  private final LagReport lagReport;
  private final BrokerWatch brokerWatch;
  private final int maxPollRecords;
  private boolean joined;
  private Runnable joinedAction = () -> {};
  private boolean callbackFailed;
  private boolean moreToCome;

  /**
   * @param assignment shared by all sessions of the worker: records whose log was deleted stay in
   *     it after the session that polled them has ended
   */
  ConsumerSession(Consumer<byte[], byte[]> consumer, SessionParts parts, Assignment assignment) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.pipeline = parts.path().pipeline();
    this.completions = parts.path().completions();
    this.intake = parts.path().intake();
    this.metrics = parts.metrics();
    this.nanoClock = parts.clocks().nano();
    ConsumerSource source = parts.source();
    this.maxPollRecords = source.maxPollRecords();
    this.commits = new OffsetCommits(consumer, assignment, metrics, nanoClock);
    this.startPositions = new StartPositions(consumer, assignment, metrics);
    this.topicWatch =
        new TopicWatch(consumer, parts.topicIds(), assignment, startPositions, nanoClock);
    this.isolation =
        new PartitionIsolation(
            consumer,
            new LeaderReads(consumer, source::newPartitionReader, nanoClock),
            assignment,
            startPositions,
            maxPollRecords,
            nanoClock);
    this.lagReport = new LagReport(consumer, assignment, isolation, parts.clocks().wall());
    this.brokerWatch = new BrokerWatch(consumer, source, nanoClock);
    completions.wakeBy(consumer::wakeup);
  }

  void subscribe(String topic) {
    topicWatch.subscribed(topic);
    consumer.subscribe(List.of(topic), this);
  }

  /**
   * Runs one poll iteration. Blocks for half a second at most, or until a result arrives. Look-ups
   * of offsets may add a few seconds.
   *
   * @throws org.apache.kafka.common.KafkaException if the consumer cannot be used any longer
   */
  void pollOnce() {
    completions.runPending();
    pipeline.run(moreToCome);
    commits.commitIfDue();
    pauseOrResume();
    receivePolled();
    receiveIsolated();
    checkTopic();
    requireSameTopic();
    brokerWatch.tick();
    isolateStalled();
  }

  /** Completes the pending records within {@code drain}, commits, and leaves the group. */
  void finish(Duration drain, Duration commit, Duration leave) {
    drainAndCommit(List.copyOf(consumer.assignment()), drain, commit);
    LastCopies.reportLost(assignment, metrics);
    abandon(leave);
  }

  /**
   * Discards all records and closes the consumer. The next owners read the uncommitted records
   * again.
   */
  void abandon(Duration leave) {
    try {
      assignment.discardAll();
      pipeline.discardEnded();
      completions.wakeBy(() -> {});
      isolation.close();
    } finally {
      // The consumer is closed after any failure. An open consumer would keep its partitions from
      // other workers.
      consumer.close(CloseOptions.timeout(leave));
    }
  }

  /**
   * Runs {@code action} on the polling thread when the worker has joined its group. The poll in
   * which it joins lasts longer, up to half a second.
   */
  void onJoined(Runnable action) {
    joinedAction = action;
  }

  ConsumerStatus status() {
    return new ConsumerStatus(
        nanoClock.getAsLong(),
        joined,
        consumer.paused().stream().anyMatch(partition -> !isolation.holds(partition)),
        pipeline.status(),
        metrics.lostToRetention(),
        lagReport.partitions(),
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

  /**
   * A callback that fails makes the surrounding poll fail. The session cannot be used afterwards.
   */
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
    boolean joins = !joined;
    joined = true;
    assignment.assign(partitions);
    startPositions.assigned(partitions);
    topicWatch.assigned(partitions);
    logRebalance("Partitions assigned", partitions);
    // Pauses inside the poll; otherwise this poll would return records of the new partitions.
    pauseOrResume();
    if (joins) {
      joinedAction.run();
    }
  }

  private void revoked(Collection<TopicPartition> partitions) {
    if (partitions.stream().allMatch(partition -> assignment.progress(partition) == null)) {
      return; // closing: all assignments have ended
    }
    completions.endBlocking();
    drainAndCommit(partitions, REVOKE_DRAIN, REVOKE_COMMIT);
    endAssignment(partitions);
    logRebalance("Partitions revoked", partitions);
  }

  private void lost(Collection<TopicPartition> partitions) {
    joined = false;
    endAssignment(partitions);
    logRebalance("Partitions lost: this worker was removed from the group", partitions);
  }

  private void receivePolled() {
    ConsumerRecords<byte[], byte[]> polled = poll();
    moreToCome = polled.count() >= maxPollRecords;
    receive(polled);
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    boolean mayWait = completions.beginBlocking() && !moreToCome;
    try {
      return consumer.poll(mayWait ? untilNextWork() : Duration.ZERO);
    } catch (WakeupException resultArrived) {
      return ConsumerRecords.empty();
    } catch (InvalidOffsetException noPosition) {
      // The wake-up is disabled before the lookup; otherwise the result of a write would interrupt
      // the lookup.
      completions.endBlocking();
      findPosition(noPosition);
      topicWatch.lookUpSoon(); // a re-created topic is one of the causes
      return ConsumerRecords.empty();
    } catch (RuntimeException | OutOfMemoryError failure) {
      completions.endBlocking();
      metrics.pollFailed();
      if (callbackFailed || !isolation.handles(failure)) {
        throw failure;
      }
      return ConsumerRecords.empty();
    } finally {
      completions.endBlocking();
    }
  }

  private void findPosition(InvalidOffsetException noPosition) {
    try {
      startPositions.resolve(noPosition);
      pipeline.discardEnded();
    } catch (WakeupException | RetriableException passing) {
      // The cause is a late wake-up, or a partition without a leader. The next poll reports the
      // missing position again. This session continues, because leaving the group would make every
      // worker rebalance.
      LOG.atDebug().setCause(passing).log("No start position yet");
    }
  }

  private void receiveIsolated() {
    if (isolation.hasWork() && pipeline.wantsRecords()) {
      receive(isolation.read());
      pipeline.discardEnded(); // the reader may have found a truncated log
      moreToCome |= isolation.hasWork();
    }
  }

  private void checkTopic() {
    boolean recordsDiscarded = topicWatch.tick();
    if (recordsDiscarded) {
      pipeline.discardEnded();
    }
  }

  private void requireSameTopic() {
    if (topicWatch.needsNewConsumer()) {
      commits.commitNow(List.copyOf(consumer.assignment()), REVOKE_COMMIT);
      throw new KafkaException(
          "The topic was deleted and created again while no worker saw it; a new consumer is"
              + " needed, which does not know the leader epochs of the deleted topic");
    }
  }

  private void isolateStalled() {
    if (brokerWatch.isStallCheckDue()) {
      isolation.isolateStalled(brokerWatch.isConnected());
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
    // Control records also move the position of partitions that returned no record.
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
    // One limit for the whole worker. Completed records use no memory, even while an incomplete
    // record before them delays their commit.
    boolean wants = pipeline.wantsRecords();
    Set<TopicPartition> paused = consumer.paused();
    List<TopicPartition> toPause = new ArrayList<>();
    List<TopicPartition> toResume = new ArrayList<>();
    for (PartitionProgress progress : assignment.all()) {
      boolean shouldRead = wants && !isolation.holds(progress.partition());
      boolean isReading = !paused.contains(progress.partition());
      if (shouldRead != isReading) {
        (shouldRead ? toResume : toPause).add(progress.partition());
      }
    }
    if (!toPause.isEmpty()) {
      consumer.pause(toPause);
    }
    if (!toResume.isEmpty()) {
      consumer.resume(toResume);
    }
  }

  private Duration untilNextWork() {
    long nanos = Math.min(pipeline.nanosUntilNextRun(), commits.nanosUntilNext());
    return Duration.ofNanos(Math.clamp(nanos, 0, LONGEST_POLL_NANOS));
  }

  private void drainAndCommit(
      Collection<TopicPartition> partitions, Duration drain, Duration commit) {
    completions.runPending();
    try {
      drain(partitions, nanoClock.getAsLong() + drain.toNanos());
    } catch (InterruptedException e) {
      // The interrupt ends the thread. Completed records are still committed.
      Thread.currentThread().interrupt();
    }
    commits.commitNow(partitions, commit);
  }

  /**
   * Works until no record of the partitions is pending, the deadline has passed, or the database is
   * down.
   */
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

  private void endAssignment(Collection<TopicPartition> partitions) {
    assignment.release(partitions);
    isolation.forget(partitions);
    topicWatch.released();
    pipeline.discardEnded();
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
