package io.wideevents.worker.consume;

import io.wideevents.worker.consume.ConsumerStatus.PartitionLag;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures the lag of the assigned partitions. Records that are polled and not complete are lag.
 */
final class LagReport {
  private final Consumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final PartitionIsolation isolation;
  private final InstantSource clock;

  LagReport(
      Consumer<byte[], byte[]> consumer,
      Assignment assignment,
      PartitionIsolation isolation,
      InstantSource clock) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.isolation = isolation;
    this.clock = clock;
  }

  /** The lag of each partition, in order of their numbers. */
  List<PartitionLag> partitions() {
    return assignment.all().stream()
        .map(this::lag)
        .sorted(Comparator.comparingInt(PartitionLag::partition))
        .toList();
  }

  private PartitionLag lag(PartitionProgress progress) {
    TopicPartition partition = progress.partition();
    OptionalLong ahead = consumer.currentLag(partition);
    Optional<OffsetAndMetadata> first = progress.firstIncomplete();
    Optional<OffsetAndMetadata> read = progress.position();
    if (ahead.isEmpty() || first.isEmpty() || read.isEmpty()) {
      return new PartitionLag(partition.partition(), -1, 0);
    }
    // The consumer counts from its own position, which in an isolated partition is not where
    // reading continues.
    long position = isolation.parkedAt(partition).orElse(read.get().offset());
    long records = ahead.getAsLong() + position - first.get().offset();
    return new PartitionLag(partition.partition(), records, seconds(progress, records));
  }

  private double seconds(PartitionProgress progress, long records) {
    long oldest = progress.oldestTimestampMillis();
    if (records == 0 || oldest < 0) {
      return 0;
    }
    return Math.max(0, clock.millis() - oldest) / 1_000.0;
  }
}
