package io.wideevents.worker.consume;

import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.CommitMetadata;
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
 * Notices that the topic was deleted and created again. Kafka's consumer then reads on at its old
 * position, and the first records of the new topic would be skipped. Each partition knows the id of
 * the topic it reads, from the metadata of the committed offset; this class compares it with the
 * topic's id after each assignment and every five seconds. Why and how: {@code
 * docs/decisions/re-created-topic.md}.
 *
 * <p>Not thread-safe: belongs to the polling thread. A look-up runs elsewhere; {@link #tick} only
 * checks whether it is done.
 */
final class TopicWatch {
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /**
   * How soon a difference is checked a second time. Brokers learn of a new topic one after the
   * other, and an answer of a broker that lags must not make the worker change back and forth.
   */
  static final Duration CONFIRM = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

  // Above what a look-up takes at most; then another is started beside it.
  private static final long ABANDON_NANOS = Duration.ofSeconds(15).toNanos();

  private static final Duration COMMITTED_TIMEOUT = Duration.ofSeconds(1);

  // Look-ups of a broker that works succeed long before.
  private static final long HELD_TOO_LONG_NANOS = Duration.ofSeconds(30).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final TopicIds topicIds;
  private final Assignment assignment;
  private final StartPositions startPositions;
  private final LongSupplier nanoClock;
  private String topic = "";

  private @Nullable CompletableFuture<Uuid> lookUp;
  private boolean outdated;
  private long lookUpStarted;
  private long nextLookUp;
  private long nextStarts;
  private long releasedNanos;
  private @Nullable Uuid unconfirmed;

  // The id that the last look-up brought.
  private Uuid lastSeen = Uuid.ZERO_UUID;

  // The same, when each partition was assigned: its position is not one of an earlier topic.
  private final Map<TopicPartition, Uuid> seenBefore = new HashMap<>();

  // Committed offsets at which partitions began, as long as the topic's id is not known.
  private final Map<TopicPartition, OffsetAndMetadata> begunAt = new HashMap<>();

  private boolean missing;
  private boolean warned;
  private boolean warnedHeld;
  private long assignedNanos;

  // Partitions whose topic was the expected one at least once in this assignment.
  private final Set<TopicPartition> unchanged = new HashSet<>();
  private boolean needsNewConsumer;

  // Records that were still to be read when the topic was last seen unchanged.
  private final Map<TopicPartition, Long> unread = new HashMap<>();

  TopicWatch(
      Consumer<byte[], byte[]> consumer,
      TopicIds topicIds,
      Assignment assignment,
      StartPositions startPositions,
      LongSupplier nanoClock) {
    this.consumer = consumer;
    this.topicIds = topicIds;
    this.assignment = assignment;
    this.startPositions = startPositions;
    this.nanoClock = nanoClock;
    this.nextLookUp = nanoClock.getAsLong();
    this.nextStarts = nextLookUp;
  }

  /** Looks the topic up at once, so that its id is known before partitions are assigned. */
  void subscribed(String topicName) {
    topic = topicName;
    startLookUp();
  }

  /** Has partitions that were just assigned compared at the next {@link #tick}. */
  void assigned(Collection<TopicPartition> partitions) {
    Uuid seen = seenByNow();
    for (TopicPartition partition : partitions) {
      unread.remove(partition);
      unchanged.remove(partition);
      begunAt.remove(partition);
      seenBefore.put(partition, seen);
      PartitionProgress progress = assignment.progress(partition);
      if (progress != null) {
        progress.awaitStart();
      }
    }
    nextStarts = nanoClock.getAsLong();
    assignedNanos = nextStarts;
    lookUpAfresh();
  }

  /** Has the topic looked up at the next {@link #tick}, unless a look-up is under way. */
  void lookUpSoon() {
    if (unconfirmed == null) { // else the second look-up would be too close to the first
      nextLookUp = nanoClock.getAsLong();
    }
  }

  /** Has it found out whether the records of partitions that were revoked can be read again. */
  void released() {
    releasedNanos = nanoClock.getAsLong();
    lookUpAfresh();
  }

  /**
   * Reads the committed offsets of partitions that are new, takes the answer of a look-up, and
   * starts one that is due. Blocks for two seconds at most, and only until the start and the topic
   * of all partitions are known.
   *
   * @return whether records became void
   */
  boolean tick() {
    if (lookUp == null
        && assignment.all().isEmpty()
        && assignment.released().isEmpty()
        && !missing) {
      return false;
    }
    readStarts();
    int pending = assignment.released().size();
    takeAnswer();
    if (lookUp == null && nanoClock.getAsLong() - nextLookUp >= 0) {
      startLookUp();
      takeAnswer();
      warnIfHeld();
    }
    return assignment.released().size() < pending;
  }

  private void startLookUp() {
    lookUpStarted = nanoClock.getAsLong();
    outdated = false;
    lookUp = topicIds.lookUp(topic);
  }

  private void takeAnswer() {
    CompletableFuture<Uuid> answer = lookUp;
    if (answer != null && answer.isDone()) {
      lookUp = null;
      if (!outdated) {
        nextLookUp = nanoClock.getAsLong() + INTERVAL.toNanos();
        take(answer);
      }
    } else if (answer != null && nanoClock.getAsLong() - lookUpStarted > ABANDON_NANOS) {
      lookUp = null;
    }
  }

  /** The last id that was answered, also when the answer is not taken yet. */
  private Uuid seenByNow() {
    CompletableFuture<Uuid> answer = lookUp;
    if (answer == null || outdated || !answer.isDone() || answer.isCompletedExceptionally()) {
      return lastSeen;
    }
    return answer.join();
  }

  /**
   * Whether the consumer must be replaced. A consumer that reads a committed leader epoch takes
   * lower ones for outdated. The epochs of a new topic are low, so the consumer would wait for a
   * leader that never comes. A consumer that runs while the topic is replaced is not affected.
   */
  boolean needsNewConsumer() {
    return needsNewConsumer;
  }

  private void readStarts() {
    Set<TopicPartition> unknown = new HashSet<>();
    for (PartitionProgress progress : assignment.all()) {
      if (!progress.isStartKnown()) {
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
      nextStarts = nanoClock.getAsLong(); // it was meant for a poll that had returned already
    } catch (RetriableException e) {
      // Nothing of these partitions is committed until this succeeds; they are read meanwhile.
      LOG.atDebug().setCause(e).log("The committed offsets are not known yet");
    }
  }

  // The answer of a look-up under way may be older than the id that another worker committed.
  private void lookUpAfresh() {
    outdated = true;
    unconfirmed = null;
    lookUpSoon();
  }

  private void take(CompletableFuture<Uuid> answer) {
    try {
      compare(answer.join());
    } catch (CompletionException e) {
      failed(e.getCause() == null ? e : e.getCause());
    }
  }

  private void compare(Uuid current) {
    if (missing) {
      missing = false;
      LOG.atInfo().addKeyValue("topic", topic).addKeyValue("topicId", current).log("Topic found");
    }
    if (current.equals(Uuid.ZERO_UUID)) {
      assignment.forgetReleased();
      commitWithoutTopicId();
      warnOnce("the brokers have no topic ids");
      return;
    }
    warned = false;
    warnedHeld = false;
    compareReleased(current);
    List<PartitionProgress> different = new ArrayList<>();
    List<PartitionProgress> doubtful = new ArrayList<>();
    boolean compared = assignment.all().isEmpty();
    for (PartitionProgress progress : assignment.all()) {
      if (!progress.isStartKnown()) {
        continue;
      }
      compared = true;
      if (progress.topicId().equals(Uuid.ZERO_UUID)) {
        // The broker deletes the committed offsets, and with them the id, of a deleted topic.
        progress.topicId(seenBefore.getOrDefault(progress.partition(), Uuid.ZERO_UUID));
      }
      if (CommitMetadata.differ(progress.topicId(), current)) {
        different.add(progress);
      } else if (progress.isTopicAwaited() && progress.positionOffset() != 0) {
        doubtful.add(progress);
      } else {
        adopt(progress, current);
      }
    }
    settle(doubtful, current);
    if (different.isEmpty()) {
      unconfirmed = null;
      lastSeen = compared ? current : lastSeen;
    } else if (current.equals(unconfirmed)) {
      unconfirmed = null;
      lastSeen = current;
      different.forEach(progress -> restart(progress, current));
    } else {
      unconfirmed = current;
      nextLookUp = nanoClock.getAsLong() + CONFIRM.toNanos();
    }
  }

  private void adopt(PartitionProgress progress, Uuid current) {
    progress.topicId(current);
    begunAt.remove(progress.partition());
    unchanged.add(progress.partition());
    remember(progress.partition());
  }

  /**
   * Decides about partitions that began without any id. The topic may have been deleted and created
   * again since. It was not if the committed offset at which a partition began is still there: a
   * broker deletes it with the topic, and this worker has committed nothing in its place.
   */
  private void settle(List<PartitionProgress> doubtful, Uuid current) {
    Set<TopicPartition> begun = new HashSet<>(begunAt.keySet());
    begun.retainAll(doubtful.stream().map(PartitionProgress::partition).toList());
    Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
    if (!begun.isEmpty()) {
      try {
        committed = consumer.committed(begun, COMMITTED_TIMEOUT);
      } catch (WakeupException late) {
        lookUpSoon(); // it was meant for a poll that had returned already
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
      progress.commitWithoutTopicId();
    }
  }

  private void compareReleased(Uuid current) {
    if (assignment.released().stream()
        .anyMatch(progress -> CommitMetadata.differ(progress.topicId(), current))) {
      keepReleased();
    } else if (lookUpStarted - releasedNanos >= CONFIRM.toNanos()) {
      assignment.forgetReleased();
    } else if (!assignment.released().isEmpty()) {
      // A broker that does not know yet that the topic was deleted may have answered.
      nextLookUp = releasedNanos + CONFIRM.toNanos();
    }
  }

  private void keepReleased() {
    int records = assignment.released().stream().mapToInt(PartitionProgress::incomplete).sum();
    if (records > 0) {
      LOG.atWarn()
          .addKeyValue("topic", topic)
          .addKeyValue("records", records)
          .log("The topic was deleted; records of it that are in memory are still stored");
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
    if (!unchanged.remove(old.partition()) && old.startLeaderEpoch().isPresent()) {
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
        return; // a topic that was just created, which not all brokers know
      }
      keepReleased();
      if (!missing) {
        missing = true;
        LOG.atWarn()
            .addKeyValue("topic", topic)
            .log(
                "The topic does not exist. The worker waits for it; records that were not read"
                    + " before it was deleted are lost");
      }
    } else if (cause instanceof RetriableException) {
      LOG.atDebug().setCause(cause).log("The topic's id was not looked up");
    } else {
      assignment.forgetReleased();
      if (cause instanceof ApiException) { // the broker has answered: not authorized, too old
        commitWithoutTopicId();
      }
      warnOnce(cause.toString());
    }
  }

  private void warnIfHeld() {
    if (!warnedHeld
        && nanoClock.getAsLong() - assignedNanos >= HELD_TOO_LONG_NANOS
        && assignment.all().stream().anyMatch(PartitionProgress::isTopicAwaited)) {
      warnedHeld = true;
      LOG.atWarn()
          .addKeyValue("topic", topic)
          .log(
              "No broker has told the topic's id since partitions were assigned. Records are stored,"
                  + " but offsets that have no topic id yet are not committed until one does; after a"
                  + " restart these records are read again, which stores nothing twice");
    }
  }

  private void warnOnce(String error) {
    if (!warned) {
      warned = true;
      LOG.atWarn()
          .addKeyValue("topic", topic)
          .addKeyValue("error", error)
          .log(
              "The topic's id cannot be looked up. Until it can, a topic that is deleted and"
                  + " created again is not noticed, and its first records may be skipped; grant"
                  + " Describe on the topic");
    }
  }
}
