package io.wideevents.worker.consume;

import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import java.time.Duration;
import java.util.Collection;
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
 * Commits what is settled: now and then while polling, and at once before partitions are given up.
 * A commit that fails loses nothing, for the records are only read again; it is counted and tried
 * again with the next.
 *
 * <p>Not thread-safe: belongs to the polling thread, on which Kafka also runs the callbacks.
 */
final class OffsetCommits {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetCommits.class);

  // How much a crash repeats at most, besides what was in flight; each commit costs a request.
  private static final long INTERVAL_NANOS = Duration.ofMillis(200).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final WorkerMetrics metrics;
  private final LongSupplier nanoClock;
  private long lastNanos;
  private boolean inFlight;
  private boolean failing;

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
   * Starts a commit if there is something to commit and the last one is done and not too recent.
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
    // The callback runs within a later poll, or before a commitSync returns: when a partition is
    // given up, which ends with commitSync, no callback of the old epoch is left to come.
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          inFlight = false;
          if (failure == null) {
            succeeded(committed);
          } else {
            failed(failure);
          }
        });
  }

  /** Nanoseconds until a commit may start; {@link Long#MAX_VALUE} when there is nothing to do. */
  long nanosUntilNext() {
    return inFlight || assignment.commitReady().isEmpty()
        ? Long.MAX_VALUE
        : Math.max(0, nanosUntilDue());
  }

  /** Commits what is settled of the partitions; blocks for at most {@code timeout}. */
  void commitNow(Collection<TopicPartition> partitions, Duration timeout) {
    Map<TopicPartition, OffsetAndMetadata> offsets = assignment.commitReady(partitions);
    if (offsets.isEmpty()) {
      return;
    }
    try {
      commitSync(offsets, timeout);
      succeeded(offsets);
    } catch (KafkaException e) {
      failed(e);
    }
  }

  private void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    try {
      consumer.commitSync(offsets, timeout);
    } catch (WakeupException lateWakeUp) {
      // Meant for a poll that had returned already; it is used up now.
      consumer.commitSync(offsets, timeout);
    }
  }

  private void succeeded(Map<TopicPartition, OffsetAndMetadata> offsets) {
    assignment.committed(offsets);
    metrics.committed();
    failing = false;
  }

  private void failed(Exception failure) {
    metrics.commitFailed();
    if (!failing) {
      failing = true;
      LOG.atWarn()
          .addKeyValue("error", failure)
          .log(
              "Offsets were not committed; their records may be read again, which stores nothing twice");
    }
  }

  private long nanosUntilDue() {
    return lastNanos + INTERVAL_NANOS - nanoClock.getAsLong();
  }
}
