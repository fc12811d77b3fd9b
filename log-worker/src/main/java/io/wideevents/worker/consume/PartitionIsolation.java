package io.wideevents.worker.consume;

import io.wideevents.kafka.partition.Stretch;
import io.wideevents.worker.consume.ConsumerStatus.StoppedPartition;
import io.wideevents.worker.kafka.LargeRecords;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the partition whose data makes a poll fail, and keeps reading the other partitions. The
 * consumer does not reliably report the partition, and returns no records of the other partitions
 * any more. If memory ran out during the poll, the consumer has also lost the records that it had
 * fetched.
 *
 * <p>After a failed poll every partition is isolated: the consumer pauses the partition, and {@link
 * LeaderReads} reads the partition from its current progress. The partitions are read one after the
 * other. When one fetch of a partition was read to its end, the consumer continues after that
 * fetch. A partition that cannot be read stays isolated and is reported as stopped. It is retried
 * at intervals, because a corrupt batch may be intact on another replica. No record is skipped.
 *
 * <p>Not thread-safe: belongs to the polling thread. The group membership does not change.
 */
final class PartitionIsolation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionIsolation.class);
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(3);

  // One pass must not delay the next poll for long, and must not return more records than a poll.
  private static final long PASS_NANOS = Duration.ofMillis(200).toNanos();
  private static final long PASS_BYTES = 16 * 1024 * 1024;

  // While the partitions are read one by one, the consumer may still fail on data that it has
  // already fetched.
  private static final int FAILURES_IN_A_ROUND = 10;

  private final Consumer<byte[], byte[]> consumer;
  private final LeaderReads leaders;
  private final Assignment assignment;
  private final StartPositions startPositions;
  private final StallWatch stallWatch;
  private final int maxRecords;
  private final LongSupplier nanoClock;
  private final Map<TopicPartition, Isolated> isolated = new LinkedHashMap<>();
  private @Nullable OpenStretch open;
  private int failures;
  private boolean fruitful;

  /** A partition that the reader reads instead of the consumer. */
  private static final class Isolated {
    final PartitionProgress progress;
    final OffsetAndMetadata start;
    long notBeforeNanos;
    int failures;
    @Nullable StoppedPartition stop;

    Isolated(PartitionProgress progress, OffsetAndMetadata start, long nowNanos) {
      this.progress = progress;
      this.start = start;
      this.notBeforeNanos = nowNanos;
    }
  }

  private record OpenStretch(TopicPartition partition, Isolated isolated, Stretch stretch) {}

  /**
   * @param maxRecords largest number of records that one pass returns
   */
  PartitionIsolation(
      Consumer<byte[], byte[]> consumer,
      LeaderReads leaders,
      Assignment assignment,
      StartPositions startPositions,
      int maxRecords,
      LongSupplier nanoClock) {
    this.consumer = consumer;
    this.leaders = leaders;
    this.assignment = assignment;
    this.startPositions = startPositions;
    this.stallWatch = new StallWatch(consumer, nanoClock);
    this.maxRecords = maxRecords;
    this.nanoClock = nanoClock;
  }

  /**
   * Isolates all partitions after a failed poll, if the data of a partition may be the cause.
   * Blocks for a few seconds at most.
   *
   * @return false if the cause is another one, or if reading the partitions one by one has not
   *     helped; the consumer then cannot be used any longer
   */
  boolean handles(Throwable failure) {
    if (!mayComeFromData(failure)) {
      return false;
    }
    if (failures > 0 && (isRoundOver() ? !fruitful : failures >= FAILURES_IN_A_ROUND)) {
      return false;
    }
    if (isRoundOver()) {
      LOG.atWarn()
          .addKeyValue("error", failure)
          .log("A poll failed; the partitions are read one by one to find the unreadable one");
      failures = 0;
      fruitful = false;
    }
    failures++;
    for (PartitionProgress progress : List.copyOf(assignment.all())) {
      if (!isolated.containsKey(progress.partition())) {
        isolate(progress);
      }
    }
    return true;
  }

  /** Whether a partition is isolated, so that the consumer must not read it. */
  boolean holds(TopicPartition partition) {
    return isolated.containsKey(partition);
  }

  boolean hasWork() {
    releaseRestarted();
    return open != null || due().isPresent();
  }

  /**
   * Reads the next records of an isolated partition, at most as many as a poll returns. Blocks for
   * a few seconds at most.
   */
  ConsumerRecords<byte[], byte[]> read() {
    OpenStretch now = current();
    if (now == null) {
      return ConsumerRecords.empty();
    }
    long start = nanoClock.getAsLong();
    long bytes = 0;
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    OffsetAndMetadata next = null;
    while (next == null
        && records.size() < maxRecords
        && bytes < PASS_BYTES
        && nanoClock.getAsLong() - start < PASS_NANOS) {
      switch (now.stretch.next()) {
        case Stretch.Step.Read read -> {
          fruitful = true;
          records.add(read.record());
          bytes += bytes(read.record().key()) + bytes(read.record().value());
          bytes += LargeRecords.headerBytes(read.record().headers());
        }
        case Stretch.Step.Corrupt corrupt -> {
          fruitful = true;
          closeOpen();
          stopCorrupt(now, corrupt);
          next = new OffsetAndMetadata(corrupt.offset(), corrupt.leaderEpoch(), "");
        }
        case Stretch.Step.End end -> {
          closeOpen();
          endIsolation(now.partition, now.isolated, end.next());
          next = end.next();
        }
      }
    }
    return new ConsumerRecords<>(
        records.isEmpty() ? Map.of() : Map.of(now.partition, records),
        next == null ? Map.of() : Map.of(now.partition, next));
  }

  /** The consumer's own position in an isolated partition. Reading does not continue there. */
  OptionalLong parkedAt(TopicPartition partition) {
    Isolated it = isolated.get(partition);
    return it == null ? OptionalLong.empty() : OptionalLong.of(it.start.offset() + 1);
  }

  /** The partitions that cannot be read, in order of their numbers. */
  List<StoppedPartition> stopped() {
    return isolated.values().stream()
        .map(it -> it.stop)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparingInt(StoppedPartition::partition))
        .toList();
  }

  /** Forgets partitions that are no longer assigned. */
  void forget(Collection<TopicPartition> partitions) {
    isolated.keySet().removeAll(partitions);
    if (open != null && partitions.contains(open.partition)) {
      closeOpen();
    }
  }

  @Override
  public void close() {
    isolated.clear();
    closeOpen();
    leaders.close();
  }

  /**
   * Ends the isolation of partitions that have a new epoch, for example in a new topic. The data
   * that caused the isolation no longer exists, and the consumer was sent to the new position.
   */
  private void releaseRestarted() {
    boolean released =
        isolated
            .entrySet()
            .removeIf(entry -> assignment.progress(entry.getKey()) != entry.getValue().progress);
    if (released && open != null && !isolated.containsKey(open.partition)) {
      closeOpen();
    }
    if (released && isolated.isEmpty()) {
      leaders.close();
    }
  }

  private static boolean mayComeFromData(Throwable failure) {
    return switch (failure) {
      case OutOfMemoryError heap -> true;
      case CorruptRecordException data -> true;
      case SerializationException data -> true;
      case RecordTooLargeException data -> true;
      case ApiException another -> false;
      case InterruptException another -> false;
      default -> failure instanceof RuntimeException;
    };
  }

  private boolean isRoundOver() {
    return isolated.values().stream().allMatch(it -> it.stop != null);
  }

  /**
   * Isolates the partitions that have records but return none.
   *
   * @param connected false while no broker is connected; no partition counts as stalled then
   */
  void isolateStalled(boolean connected) {
    Set<TopicPartition> paused = consumer.paused();
    List<PartitionProgress> owned = List.copyOf(assignment.all());
    for (PartitionProgress progress : owned) {
      if (paused.contains(progress.partition()) || !connected) {
        stallWatch.forget(progress.partition());
      } else if (stallWatch.isStalled(progress, owned.size())) {
        stallWatch.forget(progress.partition());
        isolateOrRetryLater(progress);
      }
    }
  }

  private void isolateOrRetryLater(PartitionProgress stalled) {
    try {
      isolate(stalled);
    } catch (RetriableException passing) {
      // The committed offset cannot be read now. The consumer still reads the partition, and
      // StallWatch still observes it.
      LOG.atDebug()
          .setCause(passing)
          .log("A partition with lag that returns no records is isolated later");
    }
  }

  private void isolate(PartitionProgress progress) {
    TopicPartition partition = progress.partition();
    OffsetAndMetadata start = start(progress);
    consumer.pause(List.of(partition));
    // At the old position the consumer would fail again on the data that it has fetched. Any other
    // position works.
    consumer.seek(partition, start.offset() + 1);
    isolated.put(partition, new Isolated(progress, start, nanoClock.getAsLong()));
  }

  /**
   * The offset at which reading continues. The consumer's position cannot be used. After a poll
   * that failed, the position may be after records that no poll returned.
   */
  private OffsetAndMetadata start(PartitionProgress progress) {
    Optional<OffsetAndMetadata> position = progress.position();
    if (position.isPresent()) {
      return position.get();
    }
    Set<TopicPartition> wanted = Set.of(progress.partition());
    OffsetAndMetadata committed;
    try {
      committed = consumer.committed(wanted, LOOKUP_TIMEOUT).get(progress.partition());
    } catch (WakeupException lateWakeUp) {
      // This wake-up was meant for a poll that had already returned. The exception has cleared the
      // wake-up.
      committed = consumer.committed(wanted, LOOKUP_TIMEOUT).get(progress.partition());
    }
    if (committed == null) {
      startPositions.resolve(new NoOffsetForPartitionException(progress.partition()));
      return progress.position().orElseThrow();
    }
    return committed;
  }

  private @Nullable OpenStretch current() {
    if (open == null) {
      due().ifPresent(this::open);
    }
    return open;
  }

  private Optional<TopicPartition> due() {
    long now = nanoClock.getAsLong();
    return isolated.entrySet().stream()
        .filter(entry -> entry.getValue().notBeforeNanos - now <= 0)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private void open(TopicPartition partition) {
    Isolated it = Objects.requireNonNull(isolated.get(partition));
    PartitionProgress progress = assignment.progress(partition);
    if (progress == null) {
      isolated.remove(partition);
      return;
    }
    OffsetAndMetadata from = progress.position().orElse(it.start);
    try {
      open = new OpenStretch(partition, it, leaders.read(partition, from));
    } catch (OffsetOutOfRangeException gone) {
      skip(partition, it, gone);
    } catch (WakeupException lateWakeUp) {
      LOG.atDebug().log("A late wake-up; the next pass reads");
    } catch (KafkaException unreachable) {
      stopUnreachable(partition, it, from.offset(), unreachable);
    }
  }

  /** The log does not have the offset: retention or an operator deleted it. */
  private void skip(TopicPartition partition, Isolated it, OffsetOutOfRangeException gone) {
    fruitful = true;
    try {
      startPositions.resolve(gone);
      PartitionProgress progress = assignment.progress(partition);
      if (progress != null) {
        progress.position().ifPresent(position -> endIsolation(partition, it, position));
      }
    } catch (KafkaException later) {
      it.notBeforeNanos = nanoClock.getAsLong() + LeaderReads.pauseNanos(0);
    }
  }

  private void endIsolation(TopicPartition partition, Isolated it, OffsetAndMetadata position) {
    isolated.remove(partition);
    if (isolated.isEmpty()) {
      leaders.close(); // the broker closes idle connections, and the next read would fail
    }
    consumer.seek(partition, position);
    if (it.stop != null) {
      LOG.atInfo()
          .addKeyValue("topic", partition.topic())
          .addKeyValue("partition", partition.partition())
          .addKeyValue("offset", position.offset())
          .log("A partition that was stopped is readable again");
    }
  }

  private void stopCorrupt(OpenStretch at, Stretch.Step.Corrupt corrupt) {
    if (stop(at.partition, at.isolated, corrupt.offset(), corrupt.cause())) {
      LOG.atError()
          .addKeyValue("topic", at.partition.topic())
          .addKeyValue("partition", at.partition.partition())
          .addKeyValue("offset", corrupt.offset())
          .addKeyValue(
              "nextOffset",
              corrupt.nextOffset().isPresent() ? corrupt.nextOffset().getAsLong() : "unknown")
          .addKeyValue("error", corrupt.cause())
          .log(
              "A record batch is corrupt: its partition is stopped, all others are read. The"
                  + " partition is retried every minute. Repair it, for example by moving the leader to another"
                  + " replica; or skip it: delete the partition's records up to the next batch with"
                  + " kafka-delete-records. See PartitionStopped in docs/operations.md");
    }
  }

  private void stopUnreachable(
      TopicPartition partition, Isolated it, long offset, KafkaException cause) {
    if (stop(partition, it, offset, "Its leader cannot be read from: " + cause.getMessage())) {
      LOG.atWarn()
          .addKeyValue("topic", partition.topic())
          .addKeyValue("partition", partition.partition())
          .addKeyValue("offset", offset)
          .setCause(cause)
          .log("A partition cannot be read from its leader; it is retried every minute");
    }
  }

  /** Returns whether the stop is new. A second stop for the same reason is not new. */
  private boolean stop(TopicPartition partition, Isolated it, long offset, String cause) {
    it.notBeforeNanos = nanoClock.getAsLong() + LeaderReads.pauseNanos(it.failures);
    it.failures++;
    StoppedPartition before = it.stop;
    it.stop = new StoppedPartition(partition.partition(), offset, cause);
    return !it.stop.equals(before);
  }

  private void closeOpen() {
    if (open != null) {
      open.stretch.close();
      open = null;
    }
  }

  private static long bytes(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
