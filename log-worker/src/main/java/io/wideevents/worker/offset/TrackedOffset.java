package io.wideevents.worker.offset;

import java.util.Optional;

/**
 * The place of one polled record in its partition, from the poll until it is settled. Whoever works
 * on the record carries this along and calls {@link #complete} once the record is stored or
 * dead-lettered.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class TrackedOffset {
  private final PartitionProgress progress;
  private final long offset;
  private final Optional<Integer> leaderEpoch;
  private final long timestampMillis;
  private boolean complete;

  TrackedOffset(
      PartitionProgress progress,
      long offset,
      Optional<Integer> leaderEpoch,
      long timestampMillis) {
    this.progress = progress;
    this.offset = offset;
    this.leaderEpoch = leaderEpoch;
    this.timestampMillis = timestampMillis;
  }

  public long offset() {
    return offset;
  }

  /** Says that the record needs no more work. A second call, or one on a void place, is nothing. */
  public void complete() {
    if (!complete) {
      complete = true;
      progress.completed();
    }
  }

  /**
   * Whether the assignment this record was polled under has ended: its result counts for nothing,
   * for the partition's next owner reads the record again.
   */
  public boolean isVoid() {
    return progress.isForgotten();
  }

  boolean isComplete() {
    return complete;
  }

  Optional<Integer> leaderEpoch() {
    return leaderEpoch;
  }

  long timestampMillis() {
    return timestampMillis;
  }
}
