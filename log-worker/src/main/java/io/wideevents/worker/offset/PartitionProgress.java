package io.wideevents.worker.offset;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The state of one partition's records during one assignment. Records complete in any order. The
 * offset to commit is that of the first record that is not complete, so a crash repeats records but
 * does not skip one.
 *
 * <p>An object of this class <em>is</em> the assignment epoch: the next assignment of the partition
 * gets a new object, and completions of the old one cannot affect it.
 *
 * <p>Memory is used for incomplete records only. They form a linked list in offset order. A record
 * that completes leaves the list in constant time, at any position. Every offset below the first
 * record of the list is complete or a gap of the log (compaction, transactions).
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class PartitionProgress {
  private enum State {
    OWNED,
    /** The records are still valid, but move no offset. */
    DETACHED,
    /** The records are discarded. */
    FORGOTTEN
  }

  private final TopicPartition partition;
  private @Nullable TrackedOffset first;
  private @Nullable TrackedOffset last;
  private int incomplete;

  // The offset at which reading continues, and the leader epoch of the record below it.
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
   * topic, which is the only evidence that the committed offset belongs to another log. After that,
   * commits only offset 0 until the topic's id is known: a higher offset without an id would be
   * trusted in another topic of the same name.
   */
  public void awaitStart() {
    startKnown = false;
    topicAwaited = true;
  }

  /** Whether offsets above 0 are not committed because the topic's id is not known yet. */
  public boolean isTopicAwaited() {
    return topicAwaited;
  }

  /** Allows commits without the topic's id, because the id cannot be known. */
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

  /** Whether {@link #started} was called or is not needed. */
  public boolean isStartKnown() {
    return startKnown;
  }

  /** The leader epoch that was committed when the assignment began. */
  public Optional<Integer> startLeaderEpoch() {
    return startLeaderEpoch;
  }

  /** The id of the topic that this epoch reads; {@link Uuid#ZERO_UUID} while it is not known. */
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
   * Tracks a polled record.
   *
   * @param offset greater than every offset tracked before
   * @param leaderEpoch the record's leader epoch, with which a later owner detects a truncated log
   * @param timestampMillis the record's timestamp, in milliseconds since 1970
   * @throws IllegalStateException if the offset is not greater than the last one, which is a bug of
   *     the caller: after a seek backwards a new assignment epoch must begin
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
   * Sets the offset that the consumer reads next. Without incomplete records this offset is
   * committed, so that control records and compacted offsets at the end of the log leave no lag.
   */
  public void advanceTo(OffsetAndMetadata next) {
    startAt(next.offset());
    continueAt(next.offset(), next.leaderEpoch());
  }

  /**
   * Sets the position after a seek. The new offset must not be lower than any offset read in this
   * epoch. Once the records read before are complete, the new position is committed, even if no
   * record is read there.
   */
  public void jumpTo(OffsetAndMetadata next) {
    continueAt(next.offset(), next.leaderEpoch());
  }

  /**
   * The offset to commit now; null when it is committed already. Also returned once without
   * progress, when the committed offset lacks the topic's id.
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

  /** Number of records that are polled and neither stored nor dead-lettered. */
  public int incomplete() {
    return incomplete;
  }

  /**
   * The first offset that is not complete: records from here on are lag. -1 while the start offset
   * is not known.
   */
  public long firstUnsettled() {
    return first != null ? first.offset() : positionOffset();
  }

  /** The first offset that is not complete, with the leader epoch of the record below it. */
  public OffsetAndMetadata firstIncomplete() {
    return new OffsetAndMetadata(firstUnsettled(), leaderEpoch(), "");
  }

  /** The offset up to which the consumer has read; -1 while it is not known. */
  public long positionOffset() {
    return nextOffset < 0 && start != null ? start.offset() : nextOffset;
  }

  /** {@link #positionOffset} with the leader epoch of the record below it; null while not known. */
  public @Nullable OffsetAndMetadata position() {
    if (nextOffset < 0) {
      return start;
    }
    return new OffsetAndMetadata(nextOffset, nextLeaderEpoch, "");
  }

  /**
   * The timestamp of the first record that is not complete, or of the last polled record when all
   * are complete; milliseconds since 1970, -1 before the first record.
   */
  public long oldestTimestampMillis() {
    return first == null ? lastTimestampMillis : first.timestampMillis();
  }

  boolean isForgotten() {
    return state == State.FORGOTTEN;
  }

  /** Ends the assignment: nothing more is committed for it, and its records are discarded. */
  void forget() {
    state = State.FORGOTTEN;
    first = null;
    last = null;
    incomplete = 0;
    nextOffset = -1;
    start = null;
  }

  /**
   * Ends the assignment, but keeps its records valid: their log is gone, so no owner can read them
   * again.
   */
  void detach() {
    state = State.DETACHED;
  }

  /** Discards the records below an offset, because they are read again. */
  void discardBelow(long offset) {
    for (TrackedOffset head = first; head != null && head.offset() < offset; head = first) {
      head.discard();
      unlink(head);
    }
  }

  /** The next epoch after a move back: same topic, nothing committed yet. */
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

  /** The leader epoch of the record below the offset that {@link #commitReady} returns. */
  private Optional<Integer> leaderEpoch() {
    if (first != null) {
      return first.leaderEpochBelow();
    }
    return nextOffset < 0 && start != null ? start.leaderEpoch() : nextLeaderEpoch;
  }

  /**
   * The leader epoch of the record below a polled record. After a gap it is not known, and the
   * polled record's own epoch is used. The epoch of the record before the gap may have ended inside
   * the gap, and the next owner would then take the log for truncated.
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
      nextLeaderEpoch = leaderEpoch; // all records of an epoch share one object
    }
  }

  private boolean lacksTopicId() {
    return !topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(committedTopicId);
  }

  // The start of reading equals the committed offset, so committing it again would be redundant.
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
    // Unlinked, so that a completed record that is still referenced does not keep others in memory.
    record.previous = null;
    record.next = null;
    incomplete--;
  }
}
