package io.wideevents.worker.consume;

import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Notices partitions that have records and bring none. A broker that cannot find the next batch in
 * its files, because a batch's length is corrupt, answers with nothing, again and again.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class StallWatch {
  /** Longer than an election of a leader, and than most throttling by a quota. */
  static final Duration STALLED = Duration.ofSeconds(30);

  /** While there is a backlog the partitions take turns: what one of them may take for a fetch. */
  static final Duration TURN = Duration.ofSeconds(3);

  private final Consumer<byte[], byte[]> consumer;
  private final LongSupplier nanoClock;
  private final Map<TopicPartition, Seen> seen = new HashMap<>();

  private record Seen(PartitionProgress progress, long position, long sinceNanos) {}

  StallWatch(Consumer<byte[], byte[]> consumer, LongSupplier nanoClock) {
    this.consumer = consumer;
    this.nanoClock = nanoClock;
  }

  /**
   * Whether a partition that is being read has brought nothing for too long.
   *
   * @param owned how many partitions take turns
   */
  boolean isStalled(PartitionProgress progress, int owned) {
    TopicPartition partition = progress.partition();
    long now = nanoClock.getAsLong();
    if (consumer.currentLag(partition).orElse(0) <= 0) {
      seen.remove(partition);
      return false;
    }
    Seen before = seen.get(partition);
    if (before == null
        || before.progress != progress
        || before.position != progress.positionOffset()) {
      seen.put(partition, new Seen(progress, progress.positionOffset(), now));
      return false;
    }
    return now - before.sinceNanos >= STALLED.plus(TURN.multipliedBy(owned)).toNanos();
  }

  /** Starts over with a partition: it is paused, or was just looked into. */
  void forget(TopicPartition partition) {
    seen.remove(partition);
  }
}
