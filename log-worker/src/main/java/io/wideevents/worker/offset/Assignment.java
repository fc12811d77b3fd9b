package io.wideevents.worker.offset;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The partitions this worker owns at the moment, each with its progress. A partition's epoch begins
 * when it is assigned and ends when it is revoked or lost; a cooperative rebalance leaves the
 * others alone.
 *
 * <p>An epoch also ends when the log behind it is replaced or cut off. Records that were polled in
 * it are then the last copies: they stay valid until they are stored or dead-lettered, but they
 * move no offset.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class Assignment {
  private final Map<TopicPartition, PartitionProgress> owned = new HashMap<>();
  private final List<PartitionProgress> detached = new ArrayList<>();
  private final List<PartitionProgress> released = new ArrayList<>();

  /** Begins an epoch for each partition; the records of an epoch that it replaces are void. */
  public void assign(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.put(partition, new PartitionProgress(partition));
      if (old != null) {
        old.forget();
      }
    }
  }

  /**
   * Begins a new epoch for an owned partition that must be read from an earlier offset. The records
   * of the old epoch stay valid. A partition that is not owned is ignored.
   */
  public void restart(TopicPartition partition) {
    PartitionProgress old = owned.get(partition);
    if (old != null) {
      owned.put(partition, old.successor());
      keep(old);
    }
  }

  /**
   * Begins a new epoch for an owned partition whose log was truncated at an offset. Records of the
   * old epoch from there on stay valid, for the log may have lost them. Those below are in the log
   * and are void: they are read again, so that nothing above them is committed before they are
   * complete.
   *
   * @return where reading goes on: at {@code divergent}, or at the first incomplete record below it
   */
  public OffsetAndMetadata restartTruncated(TopicPartition partition, OffsetAndMetadata divergent) {
    PartitionProgress old = owned.get(partition);
    OffsetAndMetadata to = divergent;
    if (old != null && old.incomplete() > 0 && old.firstUnsettled() < divergent.offset()) {
      to = old.firstIncomplete();
      old.discardBelow(divergent.offset());
    }
    restart(partition);
    return to;
  }

  /**
   * Ends the epoch of each partition that was revoked or lost. Incomplete records stay valid until
   * it is known whether the next owner can read them again: the topic may have been deleted, and
   * that is why the partition was revoked. One of {@link #forgetReleased} and {@link #keepReleased}
   * must follow. Without a topic id the records are void at once. Partitions not owned are ignored.
   */
  public void release(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.remove(partition);
      if (old == null) {
        continue;
      }
      if (old.incomplete() == 0 || old.topicId().equals(Uuid.ZERO_UUID)) {
        old.forget();
      } else {
        old.detach();
        released.add(old);
      }
    }
  }

  /** The epochs that ended with incomplete records, and that still exist in memory. */
  public Collection<PartitionProgress> released() {
    released.removeIf(progress -> progress.incomplete() == 0);
    return released;
  }

  /** Makes the records of released partitions void: their next owners read them again. */
  public void forgetReleased() {
    released.forEach(PartitionProgress::forget);
    released.clear();
  }

  /** Keeps the records of released partitions: their log is gone. */
  public void keepReleased() {
    detached.addAll(released());
    released.clear();
  }

  /** Ends the epoch of each partition; partitions not owned are ignored. */
  public void forget(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.remove(partition);
      if (old != null) {
        old.forget();
      }
    }
  }

  /** Ends all epochs. Records whose log is gone stay valid. */
  public void forgetAll() {
    owned.values().forEach(PartitionProgress::forget);
    owned.clear();
    forgetReleased();
  }

  /** The partition's progress; null when the partition is not owned. */
  public @Nullable PartitionProgress progress(TopicPartition partition) {
    return owned.get(partition);
  }

  public Collection<PartitionProgress> all() {
    return owned.values();
  }

  /** What can be committed and is not yet, for all partitions. */
  public Map<TopicPartition, OffsetAndMetadata> commitReady() {
    return commitReady(owned.keySet());
  }

  /** What can be committed and is not yet, for those of the partitions that are owned. */
  public Map<TopicPartition, OffsetAndMetadata> commitReady(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> ready = new HashMap<>();
    for (TopicPartition partition : partitions) {
      PartitionProgress progress = owned.get(partition);
      OffsetAndMetadata offset = progress == null ? null : progress.commitReady();
      if (offset != null) {
        ready.put(partition, offset);
      }
    }
    return ready;
  }

  /** Records that are still worked on and whose log is gone. */
  public int lastCopies() {
    return detached.stream().mapToInt(PartitionProgress::incomplete).sum();
  }

  /**
   * Makes the records whose log is gone void.
   *
   * @return how many there were: no owner can read them again
   */
  public int forgetLastCopies() {
    int records = lastCopies();
    detached.forEach(PartitionProgress::forget);
    detached.clear();
    return records;
  }

  /**
   * Whether none of the partitions has a record that is still worked on, and no record is left
   * whose log is gone.
   */
  public boolean isDrained(Collection<TopicPartition> partitions) {
    detached.removeIf(progress -> progress.incomplete() == 0);
    return detached.isEmpty()
        && partitions.stream()
            .map(owned::get)
            .allMatch(progress -> progress == null || progress.incomplete() == 0);
  }

  private void keep(PartitionProgress old) {
    old.detach();
    detached.removeIf(progress -> progress.incomplete() == 0);
    if (old.incomplete() > 0) {
      detached.add(old);
    }
  }
}
