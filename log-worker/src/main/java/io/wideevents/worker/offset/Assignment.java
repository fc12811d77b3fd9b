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
 * The partitions assigned to this worker, each with its progress. A partition's assignment epoch
 * begins when it is assigned and ends when it is revoked or lost. A cooperative rebalance does not
 * change the other partitions.
 *
 * <p>An assignment epoch also ends when its log is replaced or truncated. Records that were polled
 * in it are then the last copies: they stay valid until they are stored or dead-lettered, but they
 * move no offset.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class Assignment {
  private final Map<TopicPartition, PartitionProgress> owned = new HashMap<>();
  private final List<PartitionProgress> detached = new ArrayList<>();
  private final List<PartitionProgress> released = new ArrayList<>();

  /**
   * Begins an assignment epoch for each partition, and discards the records of the one that it
   * replaces.
   */
  public void assign(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.put(partition, new PartitionProgress(partition));
      if (old != null) {
        old.discard();
      }
    }
  }

  /**
   * Begins a new assignment epoch for an assigned partition that must be read from an earlier
   * offset. The records of the old one stay valid. A partition that is not assigned is ignored.
   */
  public void restart(TopicPartition partition) {
    PartitionProgress old = owned.get(partition);
    if (old != null) {
      owned.put(partition, old.successor());
      keep(old);
    }
  }

  /**
   * Begins a new assignment epoch for an assigned partition whose log was truncated at an offset.
   * Records of the old one from that offset on stay valid, because the log may have lost them.
   * Records below it are in the log and are discarded: they are read again, so that nothing above
   * them is committed before they are complete.
   *
   * @return where reading continues: at {@code divergent}, or at the first incomplete record below
   *     it
   */
  public OffsetAndMetadata restartTruncated(TopicPartition partition, OffsetAndMetadata divergent) {
    PartitionProgress old = owned.get(partition);
    OffsetAndMetadata to = divergent;
    if (old != null && old.incomplete() > 0) {
      OffsetAndMetadata first = old.firstIncomplete().orElse(divergent);
      if (first.offset() < divergent.offset()) {
        to = first;
        old.discardBelow(divergent.offset());
      }
    }
    restart(partition);
    return to;
  }

  /**
   * Ends the assignment epoch of each partition that was revoked or lost. Incomplete records stay
   * valid until it is known whether the next owner can read them again: the partition may have been
   * revoked because the topic was deleted. One of {@link #discardReleased} and {@link
   * #keepReleased} must follow. Without a topic id the records are discarded at once. Partitions
   * that are not assigned are ignored.
   */
  public void release(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.remove(partition);
      if (old == null) {
        continue;
      }
      if (old.incomplete() == 0 || old.gate().topicId().equals(Uuid.ZERO_UUID)) {
        old.discard();
      } else {
        old.detach();
        released.add(old);
      }
    }
  }

  /** The ended assignment epochs whose incomplete records are still in memory. */
  public Collection<PartitionProgress> released() {
    released.removeIf(progress -> progress.incomplete() == 0);
    return released;
  }

  /** Discards the records of released partitions: their next owners read them again. */
  public void discardReleased() {
    released.forEach(PartitionProgress::discard);
    released.clear();
  }

  /** Keeps the records of released partitions: their log is gone. */
  public void keepReleased() {
    detached.addAll(released());
    released.clear();
  }

  /**
   * Ends the assignment epoch of each partition and discards its records. Partitions that are not
   * assigned are ignored.
   */
  public void discard(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.remove(partition);
      if (old != null) {
        old.discard();
      }
    }
  }

  /**
   * Ends all assignment epochs and discards their records. Records whose log is gone stay valid.
   */
  public void discardAll() {
    owned.values().forEach(PartitionProgress::discard);
    owned.clear();
    discardReleased();
  }

  /** The partition's progress; null when the partition is not assigned. */
  public @Nullable PartitionProgress progress(TopicPartition partition) {
    return owned.get(partition);
  }

  public Collection<PartitionProgress> all() {
    return owned.values();
  }

  /** Offsets that can be committed and are not yet, for all partitions. */
  public Map<TopicPartition, OffsetAndMetadata> commitReady() {
    return commitReady(owned.keySet());
  }

  /**
   * Offsets that can be committed and are not yet, for those of the partitions that are assigned.
   */
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

  /** Number of incomplete records whose log is gone. */
  public int lastCopies() {
    return detached.stream().mapToInt(PartitionProgress::incomplete).sum();
  }

  /**
   * Discards the records whose log is gone.
   *
   * @return how many there were: no owner can read them again
   */
  public int discardLastCopies() {
    int records = lastCopies();
    detached.forEach(PartitionProgress::discard);
    detached.clear();
    return records;
  }

  /**
   * Whether none of the partitions has an incomplete record, and no incomplete record is left whose
   * log is gone.
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
