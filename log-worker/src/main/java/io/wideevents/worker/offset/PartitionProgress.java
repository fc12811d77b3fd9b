package io.wideevents.worker.offset;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The state of one partition's records during one assignment. Records complete in any order. The
 * offset to commit is that of the first record that is not complete, so a crash repeats records but
 * does not skip one. Every offset below it is complete or a gap of the log (compaction,
 * transactions).
 *
 * <p>An object of this class <em>is</em> the assignment epoch: the next assignment of the partition
 * gets a new object, and completions of the old one cannot affect it.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class PartitionProgress {
  private enum State {
    OWNED,
    /** The records are still valid, but move no offset. */
    DETACHED,
    /** The records are discarded. */
    DISCARDED
  }

  private final TopicPartition partition;
  private final CommitGate gate;
  private final IncompleteRecords incomplete = new IncompleteRecords();
  private State state = State.OWNED;

  // The offset at which reading continues, and the leader epoch of the record below it.
  private long nextOffset = -1;
  private Optional<Integer> nextLeaderEpoch = Optional.empty();

  // Whether nextOffset comes from a poll or a seek. Before the first one it is the committed
  // offset.
  private boolean reading;
  private long lastTimestampMillis = -1;

  PartitionProgress(TopicPartition partition) {
    this(partition, new CommitGate());
  }

  private PartitionProgress(TopicPartition partition, CommitGate gate) {
    this.partition = partition;
    this.gate = gate;
  }

  public TopicPartition partition() {
    return partition;
  }

  /** Decides which offsets may be committed. */
  public CommitGate gate() {
    return gate;
  }

  /**
   * Records what the group had committed when the assignment began.
   *
   * @param committed null when the group had committed nothing
   */
  public void started(@Nullable OffsetAndMetadata committed) {
    gate.started(committed);
    // If records were polled before the committed offset was known, they determine the position.
    if (committed != null && !reading) {
      nextOffset = committed.offset();
      nextLeaderEpoch = committed.leaderEpoch();
      gate.readingStartsAt(nextOffset);
    }
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
    if (reading && offset < nextOffset) {
      throw new IllegalStateException(
          "Offset " + offset + " of " + partition + " was polled a second time in one assignment");
    }
    TrackedOffset tracked =
        new TrackedOffset(this, offset, leaderEpochBelow(offset, leaderEpoch), timestampMillis);
    incomplete.append(tracked);
    lastTimestampMillis = timestampMillis;
    if (!reading) {
      gate.readingStartsAt(offset);
    }
    continueAt(offset + 1, leaderEpoch);
    return tracked;
  }

  /**
   * Sets the offset that the consumer reads next. Without incomplete records this offset is
   * committed, so that control records and compacted offsets at the end of the log leave no lag.
   */
  public void advanceTo(OffsetAndMetadata next) {
    if (!reading) {
      gate.readingStartsAt(next.offset());
    }
    continueAt(next.offset(), next.leaderEpoch());
  }

  /**
   * Sets the position after a seek. The new offset must not be lower than any offset read in this
   * assignment epoch. Once the records read before are complete, the new position is committed,
   * even if no record is read there.
   */
  public void jumpTo(OffsetAndMetadata next) {
    continueAt(next.offset(), next.leaderEpoch());
  }

  /**
   * The offset to commit now; null when it is committed already. Returns the committed offset again
   * if its commit lacks the topic's id.
   */
  public @Nullable OffsetAndMetadata commitReady() {
    long offset = firstIncompleteOffset();
    if (offset < 0 || state != State.OWNED || !gate.allows(offset)) {
      return null;
    }
    return new OffsetAndMetadata(offset, leaderEpochBelowFirst(), gate.metadata());
  }

  /** Records that an offset is committed. */
  public void committed(OffsetAndMetadata committed) {
    gate.committed(committed);
  }

  /** Number of records that are polled and neither stored nor dead-lettered. */
  public int incomplete() {
    return incomplete.count();
  }

  /**
   * The first offset that is not complete, with the leader epoch of the record below it. Records
   * from here on are lag. Empty while the offset is not known.
   */
  public Optional<OffsetAndMetadata> firstIncomplete() {
    long offset = firstIncompleteOffset();
    return offset < 0
        ? Optional.empty()
        : Optional.of(new OffsetAndMetadata(offset, leaderEpochBelowFirst(), ""));
  }

  /**
   * The offset up to which the consumer has read, with the leader epoch of the record below it.
   * Empty while the offset is not known.
   */
  public Optional<OffsetAndMetadata> position() {
    return nextOffset < 0
        ? Optional.empty()
        : Optional.of(new OffsetAndMetadata(nextOffset, nextLeaderEpoch, ""));
  }

  /** Whether the position is offset 0. That position is correct in each topic of the same name. */
  public boolean isAtOffsetZero() {
    return nextOffset == 0;
  }

  /**
   * The timestamp of the first record that is not complete, or of the last polled record when all
   * are complete; milliseconds since 1970, -1 before the first record.
   */
  public long oldestTimestampMillis() {
    TrackedOffset first = incomplete.first();
    return first == null ? lastTimestampMillis : first.timestampMillis();
  }

  boolean isDiscarded() {
    return state == State.DISCARDED;
  }

  /** Ends the assignment: nothing more is committed for it, and its records are discarded. */
  void discard() {
    state = State.DISCARDED;
    incomplete.clear();
    nextOffset = -1;
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
    incomplete.discardBelow(offset);
  }

  /** The next assignment epoch after a move back: same topic, nothing committed yet. */
  PartitionProgress successor() {
    return new PartitionProgress(partition, gate.successor());
  }

  void completed(TrackedOffset record) {
    if (state != State.DISCARDED) {
      incomplete.unlink(record);
    }
  }

  /** The first offset that is not complete; -1 while it is not known. */
  private long firstIncompleteOffset() {
    TrackedOffset first = incomplete.first();
    return first == null ? nextOffset : first.offset();
  }

  /** The leader epoch of the record below the first offset that is not complete. */
  private Optional<Integer> leaderEpochBelowFirst() {
    TrackedOffset first = incomplete.first();
    return first == null ? nextLeaderEpoch : first.leaderEpochBelow();
  }

  /**
   * The leader epoch of the record below a polled record. After a gap it is not known, and the
   * polled record's own leader epoch is used. The leader epoch of the record before the gap may
   * have ended inside the gap, and the next owner would then take the log for truncated.
   */
  private Optional<Integer> leaderEpochBelow(long offset, Optional<Integer> own) {
    return offset == nextOffset ? nextLeaderEpoch : own;
  }

  private void continueAt(long offset, Optional<Integer> leaderEpoch) {
    reading = true;
    nextOffset = offset;
    if (!leaderEpoch.equals(nextLeaderEpoch)) {
      nextLeaderEpoch = leaderEpoch; // all records of a leader epoch share one object
    }
  }
}
