package io.wideevents.worker.consume;

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
    List<Runnable> notes = notes(offsets);
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          inFlight = false;
          if (failure == null) {
            succeeded(notes);
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
    List<Runnable> notes = notes(offsets);
    try {
      commitSync(offsets, timeout);
      succeeded(notes);
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

  /**
   * What to note of each partition when the commit has succeeded. Bound to its epoch now: the
   * callback may run when another has begun, further back, which must not take it for its own.
   */
  private List<Runnable> notes(Map<TopicPartition, OffsetAndMetadata> offsets) {
    List<Runnable> notes = new ArrayList<>(offsets.size());
    offsets.forEach(
        (partition, offset) -> {
          PartitionProgress progress = assignment.progress(partition);
          if (progress != null) {
            notes.add(() -> progress.committed(offset));
          }
        });
    return notes;
  }

  private void succeeded(List<Runnable> notes) {
    notes.forEach(Runnable::run);
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
