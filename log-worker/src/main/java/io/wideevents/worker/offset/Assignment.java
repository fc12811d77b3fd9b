package io.wideevents.worker.offset;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The partitions this worker owns at the moment, each with its progress. A partition's epoch begins
 * when it is assigned and ends when it is revoked or lost; a cooperative rebalance leaves the
 * others alone.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class Assignment {
  private final Map<TopicPartition, PartitionProgress> owned = new HashMap<>();

  /** Begins an epoch for each partition; one that is still owned begins anew. */
  public void assign(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionProgress old = owned.put(partition, new PartitionProgress(partition));
      if (old != null) {
        old.forget();
      }
    }
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

  public void forgetAll() {
    owned.values().forEach(PartitionProgress::forget);
    owned.clear();
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

  /** Whether none of the partitions has a record that is still worked on. */
  public boolean isDrained(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .map(owned::get)
        .allMatch(progress -> progress == null || progress.incomplete() == 0);
  }
}
