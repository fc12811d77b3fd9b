package io.wideevents.worker.consume;

import io.wideevents.log.LogThrottle;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits completed offsets: regularly while polling, and at once before partitions are revoked. A
 * failed commit loses nothing, because the records are only read again. The failure is counted, and
 * the next commit includes the offsets.
 */
final class OffsetCommits {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetCommits.class);

  // Limits how many completed records are read again after a crash. Each commit costs a request.
  private static final long INTERVAL_NANOS = Duration.ofMillis(200).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final WorkerMetrics metrics;
  private final LongSupplier nanoClock;
  private long lastNanos;
  private boolean inFlight;
  private final LogThrottle failures = LogThrottle.oncePerFailure();

  OffsetCommits(
      Consumer<byte[], byte[]> consumer,
      Assignment assignment,
      WorkerMetrics metrics,
      LongSupplier nanoClock) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.lastNanos = nanoClock.getAsLong() - INTERVAL_NANOS;
  }

  /**
   * Starts a commit if there are offsets to commit, no commit is in flight, and the last one is at
   * least the interval ago.
   */
  void commitIfDue() {
    if (inFlight || nanosUntilDue() > 0) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = assignment.commitReady();
    if (offsets.isEmpty()) {
      return;
    }
    lastNanos = nanoClock.getAsLong();
    inFlight = true;
    List<Runnable> updates = updates(offsets);
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          inFlight = false;
          if (failure == null) {
            succeeded(updates);
          } else {
            failed(failure);
          }
        });
  }

  /**
   * Nanoseconds until a commit may start; {@link Long#MAX_VALUE} when there is nothing to commit.
   */
  long nanosUntilNext() {
    return inFlight || assignment.commitReady().isEmpty()
        ? Long.MAX_VALUE
        : Math.max(0, nanosUntilDue());
  }

  /** Commits the completed offsets of the partitions. Blocks for {@code timeout} at most. */
  void commitNow(Collection<TopicPartition> partitions, Duration timeout) {
    Map<TopicPartition, OffsetAndMetadata> offsets = assignment.commitReady(partitions);
    if (offsets.isEmpty()) {
      return;
    }
    List<Runnable> updates = updates(offsets);
    try {
      commitSync(offsets, timeout);
      succeeded(updates);
    } catch (KafkaException e) {
      failed(e);
    }
  }

  private void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    try {
      consumer.commitSync(offsets, timeout);
    } catch (WakeupException lateWakeUp) {
      // This wake-up was meant for a poll that had already returned. The exception has cleared the
      // wake-up.
      consumer.commitSync(offsets, timeout);
    }
  }

  /**
   * The actions that record a successful commit in the partitions. Each action is bound to the
   * current epoch of its partition. When the callback runs, the partition may have a new epoch at a
   * lower offset, for which this commit does not count.
   */
  private List<Runnable> updates(Map<TopicPartition, OffsetAndMetadata> offsets) {
    List<Runnable> updates = new ArrayList<>(offsets.size());
    offsets.forEach(
        (partition, offset) -> {
          PartitionProgress progress = assignment.progress(partition);
          if (progress != null) {
            updates.add(() -> progress.committed(offset));
          }
        });
    return updates;
  }

  private void succeeded(List<Runnable> updates) {
    updates.forEach(Runnable::run);
    metrics.committed();
    failures.reset();
  }

  private void failed(Exception failure) {
    metrics.commitFailed();
    failures.show(
        notShown ->
            LOG.atWarn()
                .addKeyValue("error", failure)
                .log(
                    "Offsets were not committed; their records may be read again, which stores"
                        + " nothing twice"));
  }

  private long nanosUntilDue() {
    return lastNanos + INTERVAL_NANOS - nanoClock.getAsLong();
  }
}
