package io.wideevents.worker.offset;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The state of one partition's records during one assignment of it. Records complete in any order;
 * the offset to commit is that of the first record that is not complete, so a crash repeats records
 * but never skips one.
 *
 * <p>An object of this class <em>is</em> the assignment epoch: the next assignment of the partition
 * gets a new object, and completions of the old one cannot reach it.
 *
 * <p>Memory is held for incomplete records only. They form a linked list in offset order; a record
 * that completes leaves the list in constant time, wherever it stands. Everything below the first
 * record of the list is complete or a gap of the log (compaction, transactions).
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class PartitionProgress {
  private enum State {
    OWNED,
    /** Its records still count, but move no offset. */
    DETACHED,
    /** Its records are void. */
    FORGOTTEN
  }

  private final TopicPartition partition;
  private @Nullable TrackedOffset first;
  private @Nullable TrackedOffset last;
  private int incomplete;

  // Where reading goes on, and the leader epoch of what is below it in the log.
  private long nextOffset = -1;
  private Optional<Integer> nextLeaderEpoch = Optional.empty();
  private long lastTimestampMillis = -1;
  private long committedOffset = -1;
  private @Nullable OffsetAndMetadata start;
  private boolean startKnown = true;
  private boolean topicAwaited;
  private Optional<Integer> startLeaderEpoch = Optional.empty();
  private Uuid topicId = Uuid.ZERO_UUID;
  private String metadata = "";
  private Uuid committedTopicId = Uuid.ZERO_UUID;
  private State state = State.OWNED;

  PartitionProgress(TopicPartition partition) {
    this.partition = partition;
  }

  public TopicPartition partition() {
    return partition;
  }

  /**
   * Commits nothing until {@link #started} is called: a commit could replace the id of a deleted
   * topic, the only evidence that the committed offset belongs to another log. After that, commits
   * offset 0 alone until the topic's id is known: a higher one without id would be trusted in
   * another topic of the same name.
   */
  public void awaitStart() {
    startKnown = false;
    topicAwaited = true;
  }

  /** Whether offsets above 0 are not committed because the id of the topic is not known yet. */
  public boolean isTopicAwaited() {
    return topicAwaited;
  }

  /** Commits without the id of the topic, because it cannot be known. */
  public void commitWithoutTopicId() {
    topicAwaited = false;
  }

  /**
   * Records what the group had committed when the assignment began.
   *
   * @param committed null when the group had committed nothing
   */
  public void started(@Nullable OffsetAndMetadata committed) {
    startKnown = true;
    if (committed == null) {
      return;
    }
    startLeaderEpoch = committed.leaderEpoch();
    topicId(CommitMetadata.topicId(committed.metadata()));
    committedTopicId = topicId;
    if (nextOffset < 0) {
      start = committed;
      committedOffset = committed.offset();
    }
  }

  /** Whether {@link #started} need not be called any more. */
  public boolean isStartKnown() {
    return startKnown;
  }

  /** The leader epoch that was committed when the assignment began. */
  public Optional<Integer> startLeaderEpoch() {
    return startLeaderEpoch;
  }

  /** The id of the topic that this epoch reads; zero while it is not known. */
  public Uuid topicId() {
    return topicId;
  }

  /** Sets the id of the topic that this epoch reads. Each later commit carries the id. */
  public void topicId(Uuid id) {
    topicId = id;
    metadata = CommitMetadata.of(id);
    topicAwaited &= id.equals(Uuid.ZERO_UUID);
  }

  /**
   * Follows a polled record.
   *
   * @param offset above every offset tracked before
   * @param leaderEpoch the record's, which lets a later owner notice a truncated log
   * @param timestampMillis the record's, milliseconds since the epoch
   * @throws IllegalStateException if the offset is not above the last one, which would be a bug of
   *     the caller: after a seek backwards a new assignment epoch must be begun
   */
  public TrackedOffset track(long offset, Optional<Integer> leaderEpoch, long timestampMillis) {
    if (offset < nextOffset) {
      throw new IllegalStateException(
          "Offset " + offset + " of " + partition + " was polled a second time in one assignment");
    }
    TrackedOffset tracked =
        new TrackedOffset(this, offset, epochBelow(offset, leaderEpoch), timestampMillis);
    append(tracked);
    startAt(offset);
    continueAt(offset + 1, leaderEpoch);
    lastTimestampMillis = timestampMillis;
    return tracked;
  }

  /**
   * Sets where the consumer reads next. With no incomplete record this is what is committed, so
   * that control records and compacted offsets at the end of the log leave no lag.
   */
  public void advanceTo(OffsetAndMetadata next) {
    startAt(next.offset());
    continueAt(next.offset(), next.leaderEpoch());
  }

  /**
   * Sets the position after a seek. The new offset must not be lower than any offset read in this
   * epoch. Once the records read before are complete the new position is committed, even if nothing
   * is read there.
   */
  public void jumpTo(OffsetAndMetadata next) {
    continueAt(next.offset(), next.leaderEpoch());
  }

  /**
   * The offset to commit now; null when it is committed already. Also returned once without
   * progress, when the committed offset lacks the id of the topic.
   */
  public @Nullable OffsetAndMetadata commitReady() {
    if (!startKnown || state != State.OWNED) {
      return null;
    }
    long offset = firstUnsettled();
    if (topicAwaited && offset > 0) {
      return null;
    }
    boolean due = offset > committedOffset || (offset == committedOffset && lacksTopicId());
    return offset < 0 || !due ? null : new OffsetAndMetadata(offset, leaderEpoch(), metadata);
  }

  /** Records that an offset is committed. */
  public void committed(OffsetAndMetadata committed) {
    committedOffset = Math.max(committedOffset, committed.offset());
    committedTopicId = CommitMetadata.topicId(committed.metadata());
  }

  /** Records that are polled and neither stored nor dead-lettered. */
  public int incomplete() {
    return incomplete;
  }

  /**
   * The first offset that is not complete: records from here on are lag. -1 while it is not known
   * where reading begins.
   */
  public long firstUnsettled() {
    return first != null ? first.offset() : positionOffset();
  }

  /** The first offset that is not complete, with the leader epoch of what is below it. */
  public OffsetAndMetadata firstIncomplete() {
    return new OffsetAndMetadata(firstUnsettled(), leaderEpoch(), "");
  }

  /** The offset up to which the consumer has read; -1 while it is not known. */
  public long positionOffset() {
    return nextOffset < 0 && start != null ? start.offset() : nextOffset;
  }

  /** {@link #positionOffset} with the leader epoch of what is below it; null while not known. */
  public @Nullable OffsetAndMetadata position() {
    if (nextOffset < 0) {
      return start;
    }
    return new OffsetAndMetadata(nextOffset, nextLeaderEpoch, "");
  }

  /**
   * The timestamp of the first record that is not complete, or of the last one polled when all are;
   * milliseconds since the epoch, -1 before the first record.
   */
  public long oldestTimestampMillis() {
    return first == null ? lastTimestampMillis : first.timestampMillis();
  }

  boolean isForgotten() {
    return state == State.FORGOTTEN;
  }

  /** Ends the assignment: nothing is committed for it any more, and its records are void. */
  void forget() {
    state = State.FORGOTTEN;
    first = null;
    last = null;
    incomplete = 0;
    nextOffset = -1;
    start = null;
  }

  /**
   * Ends the assignment, but not the work on its records: their log is gone, so no owner can read
   * them again.
   */
  void detach() {
    state = State.DETACHED;
  }

  /** Makes the records below an offset void, because they are read again. */
  void discardBelow(long offset) {
    for (TrackedOffset head = first; head != null && head.offset() < offset; head = first) {
      head.discard();
      unlink(head);
    }
  }

  /** The epoch that follows when this one must go back: same topic, nothing committed yet. */
  PartitionProgress successor() {
    PartitionProgress next = new PartitionProgress(partition);
    next.startKnown = startKnown;
    next.topicAwaited = topicAwaited;
    next.topicId(topicId);
    next.committedTopicId = committedTopicId;
    return next;
  }

  void completed(TrackedOffset record) {
    if (state != State.FORGOTTEN) {
      unlink(record);
    }
  }

  /** The leader epoch of what is below the offset that {@link #commitReady} returns. */
  private Optional<Integer> leaderEpoch() {
    if (first != null) {
      return first.leaderEpochBelow();
    }
    return nextOffset < 0 && start != null ? start.leaderEpoch() : nextLeaderEpoch;
  }

  /**
   * The leader epoch of what is below a polled record. After a gap that is not known. The epoch of
   * the record before the gap may have ended inside the gap, and the next owner would take the log
   * for truncated; the polled record's own epoch is safe.
   */
  private Optional<Integer> epochBelow(long offset, Optional<Integer> own) {
    if (offset == nextOffset) {
      return nextLeaderEpoch;
    }
    if (nextOffset < 0 && start != null && start.offset() == offset) {
      return start.leaderEpoch();
    }
    return own;
  }

  private void continueAt(long offset, Optional<Integer> leaderEpoch) {
    nextOffset = offset;
    if (!leaderEpoch.equals(nextLeaderEpoch)) {
      nextLeaderEpoch = leaderEpoch; // one object for all records of an epoch
    }
  }

  private boolean lacksTopicId() {
    return !topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(committedTopicId);
  }

  // Where reading started is what was committed before: to commit it again would be noise.
  private void startAt(long offset) {
    if (nextOffset < 0 && committedOffset < 0) {
      committedOffset = offset;
    }
  }

  private void append(TrackedOffset record) {
    record.previous = last;
    if (last == null) {
      first = record;
    } else {
      last.next = record;
    }
    last = record;
    incomplete++;
  }

  private void unlink(TrackedOffset record) {
    TrackedOffset previous = record.previous;
    TrackedOffset next = record.next;
    if (previous == null) {
      first = next;
    } else {
      previous.next = next;
    }
    if (next == null) {
      last = previous;
    } else {
      next.previous = previous;
    }
    // Without links a record that is still referenced keeps no other alive.
    record.previous = null;
    record.next = null;
    incomplete--;
  }
}
