package io.wideevents.worker.consume;

import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Detects partitions that have lag but return no records. When the length of a batch is corrupt, a
 * broker cannot find the next batch in its files and returns empty responses.
 */
final class StallWatch {
  /** Longer than a leader election, and than most throttling by a quota. */
  static final Duration STALLED = Duration.ofSeconds(30);

  /**
   * The time that one partition may need: with a backlog the consumer fetches the partitions one
   * after the other.
   */
  static final Duration FETCH_SHARE = Duration.ofSeconds(3);

  private final Consumer<byte[], byte[]> consumer;
  private final LongSupplier nanoClock;
  private final Map<TopicPartition, Seen> seen = new HashMap<>();

  private record Seen(PartitionProgress progress, Optional<Long> offset, long sinceNanos) {}

  StallWatch(Consumer<byte[], byte[]> consumer, LongSupplier nanoClock) {
    this.consumer = consumer;
    this.nanoClock = nanoClock;
  }

  /**
   * Whether a partition has returned no record for too long.
   *
   * @param owned number of partitions that share the fetches
   */
  boolean isStalled(PartitionProgress progress, int owned) {
    TopicPartition partition = progress.partition();
    long now = nanoClock.getAsLong();
    if (consumer.currentLag(partition).orElse(0) <= 0) {
      seen.remove(partition);
      return false;
    }
    Seen before = seen.get(partition);
    Optional<Long> offset = progress.position().map(OffsetAndMetadata::offset);
    if (before == null || before.progress != progress || !before.offset.equals(offset)) {
      seen.put(partition, new Seen(progress, offset, now));
      return false;
    }
    return now - before.sinceNanos >= STALLED.plus(FETCH_SHARE.multipliedBy(owned)).toNanos();
  }

  /** Restarts the measurement, because the partition is paused or was just isolated. */
  void forget(TopicPartition partition) {
    seen.remove(partition);
  }
}
