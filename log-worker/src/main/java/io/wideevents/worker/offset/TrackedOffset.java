package io.wideevents.worker.offset;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The offset of one polled record, from the poll until the record is stored or dead-lettered. The
 * code that processes the record keeps this object and calls {@link #complete} at the end.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class TrackedOffset {
  private final PartitionProgress progress;
  private final long offset;
  private final Optional<Integer> leaderEpochBelow;
  private final long timestampMillis;
  private boolean complete;
  private boolean discarded;

  // The incomplete records before and after this one; both null once it is complete.
  @Nullable TrackedOffset previous;
  @Nullable TrackedOffset next;

  TrackedOffset(
      PartitionProgress progress,
      long offset,
      Optional<Integer> leaderEpochBelow,
      long timestampMillis) {
    this.progress = progress;
    this.offset = offset;
    this.leaderEpochBelow = leaderEpochBelow;
    this.timestampMillis = timestampMillis;
  }

  public long offset() {
    return offset;
  }

  /** Reports that the record needs no more work. A second call has no effect. */
  public void complete() {
    if (!complete && !discarded) {
      complete = true;
      progress.completed(this);
    }
  }

  /**
   * Whether the record is discarded: the assignment under which it was polled has ended. The result
   * of a discarded record does not count, because the partition's next owner reads the record
   * again. A record that no owner can read again is not discarded.
   */
  public boolean isDiscarded() {
    return discarded || progress.isDiscarded();
  }

  /** Discards the record: it is read again under another object. */
  void discard() {
    discarded = true;
  }

  /** The leader epoch of the record below this one in the log. */
  Optional<Integer> leaderEpochBelow() {
    return leaderEpochBelow;
  }

  long timestampMillis() {
    return timestampMillis;
  }
}
