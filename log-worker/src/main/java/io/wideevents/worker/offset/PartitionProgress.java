package io.wideevents.worker.offset;

import java.util.ArrayDeque;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What has become of one partition's records during one assignment of it. Records complete in any
 * order; the offset to commit is that of the first record that is not complete, so a crash repeats
 * records but never skips one.
 *
 * <p>An object of this class <em>is</em> the assignment epoch: the next assignment of the partition
 * gets a new object, and completions of the old one cannot reach it.
 *
 * <p>Offsets with gaps (compaction, transactions) are normal. Not thread-safe: belongs to the
 * polling thread.
 */
public final class PartitionProgress {
  private final TopicPartition partition;

  // In offset order; the head is incomplete after every advance.
  private final ArrayDeque<TrackedOffset> pending = new ArrayDeque<>();
  private int incomplete;
  private @Nullable OffsetAndMetadata position;
  private Optional<Integer> prefixLeaderEpoch = Optional.empty();
  private long committedOffset = -1;
  private long lastTimestampMillis = -1;
  private boolean forgotten;

  PartitionProgress(TopicPartition partition) {
    this.partition = partition;
  }

  public TopicPartition partition() {
    return partition;
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
    TrackedOffset last = pending.peekLast();
    if ((last != null && offset <= last.offset())
        || (position != null && offset < position.offset())) {
      throw new IllegalStateException(
          "Offset " + offset + " of " + partition + " was polled a second time in one assignment");
    }
    startAt(offset);
    TrackedOffset tracked = new TrackedOffset(this, offset, leaderEpoch, timestampMillis);
    pending.addLast(tracked);
    incomplete++;
    lastTimestampMillis = timestampMillis;
    return tracked;
  }

  /**
   * Notes where the consumer reads next. With nothing pending this is what is committed, so that
   * control records and compacted offsets at the end of the log leave no lag.
   */
  public void advanceTo(OffsetAndMetadata next) {
    startAt(next.offset());
    position = next;
  }

  /**
   * Notes that reading goes on elsewhere: not below what was read in this epoch. Once what was read
   * before is complete the new position is committed, even if nothing is read there.
   */
  public void jumpTo(OffsetAndMetadata next) {
    position = next;
  }

  /** What to commit now; null when nothing is ahead of what is committed. */
  public @Nullable OffsetAndMetadata commitReady() {
    OffsetAndMetadata ready = committable();
    return ready != null && ready.offset() > committedOffset ? ready : null;
  }

  /** Notes that an offset is committed. */
  public void committed(long offset) {
    committedOffset = Math.max(committedOffset, offset);
  }

  /** Records that are polled and neither stored nor dead-lettered. */
  public int incomplete() {
    return incomplete;
  }

  /**
   * Records from the first incomplete one on, complete or not: what this object holds in memory.
   */
  public int pendingOffsets() {
    return pending.size();
  }

  /**
   * The first offset that is not settled: records from here on are lag. -1 before the first poll.
   */
  public long firstUnsettled() {
    OffsetAndMetadata ready = committable();
    return ready == null ? -1 : ready.offset();
  }

  /** The offset up to which the consumer has read; -1 before the first poll. */
  public long positionOffset() {
    TrackedOffset last = pending.peekLast();
    long tracked = last == null ? -1 : last.offset() + 1;
    return Math.max(tracked, position == null ? -1 : position.offset());
  }

  /**
   * The timestamp of the first record that is not settled, or of the last one seen when all are;
   * milliseconds since the epoch, -1 before the first record.
   */
  public long oldestTimestampMillis() {
    TrackedOffset head = pending.peekFirst();
    return head == null ? lastTimestampMillis : head.timestampMillis();
  }

  boolean isForgotten() {
    return forgotten;
  }

  /** Ends the assignment: nothing is committed for it any more. */
  void forget() {
    forgotten = true;
    pending.clear();
    incomplete = 0;
  }

  void completed() {
    if (forgotten) {
      return;
    }
    incomplete--;
    for (TrackedOffset head = pending.peekFirst();
        head != null && head.isComplete();
        head = pending.peekFirst()) {
      prefixLeaderEpoch = head.leaderEpoch();
      pending.removeFirst();
      if (pending.isEmpty() && (position == null || position.offset() <= head.offset())) {
        position = new OffsetAndMetadata(head.offset() + 1, prefixLeaderEpoch, "");
      }
    }
  }

  private @Nullable OffsetAndMetadata committable() {
    TrackedOffset head = pending.peekFirst();
    // Everything below the first incomplete record is complete or a gap.
    return head == null ? position : new OffsetAndMetadata(head.offset(), prefixLeaderEpoch, "");
  }

  // Where reading started is what was committed before: to commit it again would be noise.
  private void startAt(long offset) {
    if (position == null && committedOffset < 0) {
      committedOffset = offset;
    }
  }
}
