package io.wideevents.worker.consume;

import io.wideevents.kafka.CommitMetadata;
import io.wideevents.log.Causes;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.CommitGate;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the topic was deleted and created again. Kafka's consumer then continues at its old
 * position and would skip the first records of the new topic. Each partition knows the id of the
 * topic that it reads, from the metadata of the committed offset. This class compares that id with
 * the topic's current id after each assignment and every five seconds. Reasons: {@code
 * docs/decisions/re-created-topic.md}.
 *
 * <p>Not thread-safe: belongs to the polling thread. A look-up runs on another thread. {@link
 * #tick} only checks whether the look-up is done.
 */
final class TopicWatch {
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /**
   * Delay before a difference is checked a second time. Brokers learn of a new topic one after the
   * other. The answer of a broker that lags must not make the worker change back and forth.
   */
  static final Duration CONFIRM = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

  private static final Duration COMMITTED_TIMEOUT = Duration.ofSeconds(1);

  // Look-ups on a healthy broker succeed long before this.
  private static final long HELD_TOO_LONG_NANOS = Duration.ofSeconds(30).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final TopicLookUps lookUps;
  private final Assignment assignment;
  private final StartPositions startPositions;
  private final LongSupplier nanoClock;
  private final TopicLog log = new TopicLog();

  private long nextStarts;
  private long releasedNanos;
  private @Nullable Uuid unconfirmed;

  // The id in the answer to the last look-up.
  private Uuid lastSeen = Uuid.ZERO_UUID;

  // The value of lastSeen when each partition was assigned. The partition's position belongs to
  // this topic or to a later one.
  private final Map<TopicPartition, Uuid> seenBefore = new HashMap<>();

  // Committed offsets at which partitions began, until the topic's id is known.
  private final Map<TopicPartition, OffsetAndMetadata> begunAt = new HashMap<>();

  private boolean missing;
  private long assignedNanos;

  // Partitions whose topic had the expected id at least once in this assignment.
  private final Set<TopicPartition> unchanged = new HashSet<>();
  private boolean needsNewConsumer;

  // Lag of each partition when the topic was last seen unchanged, in records.
  private final Map<TopicPartition, Long> unread = new HashMap<>();

  TopicWatch(
      Consumer<byte[], byte[]> consumer,
      TopicIds topicIds,
      Assignment assignment,
      StartPositions startPositions,
      LongSupplier nanoClock) {
    this.consumer = consumer;
    this.lookUps = new TopicLookUps(topicIds, INTERVAL, nanoClock);
    this.assignment = assignment;
    this.startPositions = startPositions;
    this.nanoClock = nanoClock;
    this.nextStarts = nanoClock.getAsLong();
  }

  /** Looks the topic up at once, so that its id is known before partitions are assigned. */
  void subscribed(String topicName) {
    log.topic(topicName);
    lookUps.start(topicName);
  }

  /** Schedules the comparison of newly assigned partitions for the next {@link #tick}. */
  void assigned(Collection<TopicPartition> partitions) {
    Uuid seen = seenByNow();
    for (TopicPartition partition : partitions) {
      unread.remove(partition);
      unchanged.remove(partition);
      begunAt.remove(partition);
      seenBefore.put(partition, seen);
      PartitionProgress progress = assignment.progress(partition);
      if (progress != null) {
        progress.gate().awaitStart();
      }
    }
    nextStarts = nanoClock.getAsLong();
    assignedNanos = nextStarts;
    lookUpAfresh();
  }

  /** Schedules a look-up for the next {@link #tick}, unless one is in flight. */
  void lookUpSoon() {
    if (unconfirmed == null) { // otherwise the second look-up would follow the first one too soon
      lookUps.scheduleAt(nanoClock.getAsLong());
    }
  }

  /**
   * Schedules a look-up that decides whether the records of revoked partitions can be read again.
   */
  void released() {
    releasedNanos = nanoClock.getAsLong();
    lookUpAfresh();
  }

  /**
   * Reads the committed offsets of new partitions, takes the answer of a look-up, and starts one
   * that is due. Blocks for two seconds at most, and only until the start and the topic of all
   * partitions are known.
   *
   * @return whether records were discarded
   */
  boolean tick() {
    if (!lookUps.isInFlight()
        && assignment.all().isEmpty()
        && assignment.released().isEmpty()
        && !missing) {
      return false;
    }
    readStarts();
    int pending = assignment.released().size();
    takeAnswer();
    if (lookUps.startIfDue()) {
      takeAnswer();
      warnIfCommitsAreHeld();
    }
    return assignment.released().size() < pending;
  }

  private void takeAnswer() {
    lookUps.takeAnswer().ifPresent(this::process);
  }

  /** The id in the last answer, including an answer that was not processed yet. */
  private Uuid seenByNow() {
    return lookUps.idNotTaken().orElse(lastSeen);
  }

  /**
   * Whether the consumer must be replaced. A consumer that has read a committed leader epoch
   * ignores metadata with a lower leader epoch. A new topic begins with low epochs, so the consumer
   * would find no leader. A consumer that is running while the topic is replaced is not affected.
   */
  boolean needsNewConsumer() {
    return needsNewConsumer;
  }

  private void readStarts() {
    Set<TopicPartition> unknown = new HashSet<>();
    for (PartitionProgress progress : assignment.all()) {
      if (!progress.gate().isStartKnown()) {
        unknown.add(progress.partition());
      }
    }
    if (unknown.isEmpty() || nanoClock.getAsLong() - nextStarts < 0) {
      return;
    }
    nextStarts = nanoClock.getAsLong() + INTERVAL.toNanos();
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(unknown, COMMITTED_TIMEOUT);
      for (TopicPartition partition : unknown) {
        PartitionProgress progress = assignment.progress(partition);
        if (progress != null) {
          OffsetAndMetadata start = committed.get(partition);
          progress.started(start);
          if (start != null) {
            begunAt.put(partition, start);
          }
        }
      }
      lookUpAfresh();
    } catch (WakeupException late) {
      // the wake-up was meant for a poll that had already returned
      nextStarts = nanoClock.getAsLong();
    } catch (RetriableException e) {
      // These partitions are read, but not committed, until this call succeeds.
      LOG.atDebug().setCause(e).log("The committed offsets are not known yet");
    }
  }

  // The answer of a look-up in flight may be older than the id that another worker committed.
  private void lookUpAfresh() {
    lookUps.ignoreAnswerInFlight();
    unconfirmed = null;
    lookUpSoon();
  }

  private void process(CompletableFuture<Uuid> answer) {
    try {
      compare(answer.join());
    } catch (CompletionException e) {
      failed(Causes.ofFuture(e));
    }
  }

  private void compare(Uuid current) {
    if (missing) {
      missing = false;
      log.found(current);
    }
    if (current.equals(Uuid.ZERO_UUID)) {
      assignment.discardReleased();
      commitWithoutTopicId();
      log.idUnknown("the brokers have no topic ids");
      return;
    }
    log.idKnown();
    compareReleased(current);
    List<PartitionProgress> different = new ArrayList<>();
    List<PartitionProgress> doubtful = new ArrayList<>();
    boolean compared = assignment.all().isEmpty();
    for (PartitionProgress progress : assignment.all()) {
      if (!progress.gate().isStartKnown()) {
        continue;
      }
      compared = true;
      CommitGate gate = progress.gate();
      if (gate.topicId().equals(Uuid.ZERO_UUID)) {
        // A broker deletes the committed offsets of a deleted topic, and the id with them.
        gate.topicId(seenBefore.getOrDefault(progress.partition(), Uuid.ZERO_UUID));
      }
      if (CommitMetadata.differ(gate.topicId(), current)) {
        different.add(progress);
      } else if (gate.isTopicAwaited() && !progress.isAtOffsetZero()) {
        doubtful.add(progress);
      } else {
        adopt(progress, current);
      }
    }
    decide(doubtful, current);
    if (different.isEmpty()) {
      unconfirmed = null;
      lastSeen = compared ? current : lastSeen;
    } else if (current.equals(unconfirmed)) {
      unconfirmed = null;
      lastSeen = current;
      different.forEach(progress -> restart(progress, current));
    } else {
      unconfirmed = current;
      lookUps.scheduleAt(nanoClock.getAsLong() + CONFIRM.toNanos());
    }
  }

  private void adopt(PartitionProgress progress, Uuid current) {
    progress.gate().topicId(current);
    begunAt.remove(progress.partition());
    unchanged.add(progress.partition());
    remember(progress.partition());
  }

  /**
   * Decides whether the topic was deleted and created again since these partitions began without an
   * id. A broker deletes the committed offsets together with the topic. If the committed offset at
   * which a partition began still exists, the topic is the same, because this worker has not
   * committed another offset.
   */
  private void decide(List<PartitionProgress> doubtful, Uuid current) {
    Set<TopicPartition> begun = new HashSet<>(begunAt.keySet());
    begun.retainAll(doubtful.stream().map(PartitionProgress::partition).toList());
    Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
    if (!begun.isEmpty()) {
      try {
        committed = consumer.committed(begun, COMMITTED_TIMEOUT);
      } catch (WakeupException late) {
        lookUpSoon(); // the wake-up was meant for a poll that had already returned
        return;
      } catch (RetriableException e) {
        LOG.atDebug().setCause(e).log("The committed offsets are not known yet");
        return;
      }
    }
    for (PartitionProgress progress : doubtful) {
      OffsetAndMetadata start = begunAt.remove(progress.partition());
      if (start != null && start.equals(committed.get(progress.partition()))) {
        adopt(progress, current);
      } else {
        startPositions.restartInDoubt(progress, current);
      }
    }
  }

  private void commitWithoutTopicId() {
    for (PartitionProgress progress : assignment.all()) {
      progress.gate().commitWithoutTopicId();
    }
  }

  private void compareReleased(Uuid current) {
    if (assignment.released().stream()
        .anyMatch(progress -> CommitMetadata.differ(progress.gate().topicId(), current))) {
      keepReleased();
    } else if (lookUps.startedNanos() - releasedNanos >= CONFIRM.toNanos()) {
      assignment.discardReleased();
    } else if (!assignment.released().isEmpty()) {
      // The answer may come from a broker that does not know yet that the topic was deleted.
      lookUps.scheduleAt(releasedNanos + CONFIRM.toNanos());
    }
  }

  private void keepReleased() {
    int records = assignment.released().stream().mapToInt(PartitionProgress::incomplete).sum();
    if (records > 0) {
      log.deletedWithRecords(records);
    }
    assignment.keepReleased();
  }

  private void remember(TopicPartition partition) {
    OptionalLong lag = consumer.currentLag(partition);
    if (lag.isPresent()) {
      unread.put(partition, Math.max(0, lag.getAsLong()));
    } else {
      unread.remove(partition);
    }
  }

  private void restart(PartitionProgress old, Uuid current) {
    if (!unchanged.remove(old.partition()) && old.gate().startLeaderEpoch().isPresent()) {
      needsNewConsumer = true;
    }
    Long left = unread.remove(old.partition());
    startPositions.recreated(
        old, current, left == null ? OptionalLong.empty() : OptionalLong.of(left));
  }

  private void failed(Throwable cause) {
    unconfirmed = null;
    if (cause instanceof UnknownTopicOrPartitionException) {
      if (assignment.all().isEmpty() && assignment.released().isEmpty()) {
        return; // a new topic that not all brokers know yet
      }
      keepReleased();
      if (!missing) {
        missing = true;
        log.missing();
      }
    } else if (cause instanceof RetriableException) {
      LOG.atDebug().setCause(cause).log("The topic's id was not looked up");
    } else {
      assignment.discardReleased();
      // the broker has answered, for example: not authorized, unsupported version
      if (cause instanceof ApiException) {
        commitWithoutTopicId();
      }
      log.idUnknown(cause.toString());
    }
  }

  private void warnIfCommitsAreHeld() {
    if (nanoClock.getAsLong() - assignedNanos >= HELD_TOO_LONG_NANOS
        && assignment.all().stream().anyMatch(progress -> progress.gate().isTopicAwaited())) {
      log.commitsHeld();
    }
  }
}
