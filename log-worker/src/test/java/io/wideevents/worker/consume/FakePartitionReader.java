package io.wideevents.worker.consume;

import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.kafka.partition.Stretch;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A log in memory, some of whose offsets are corrupt. */
final class FakePartitionReader implements PartitionReader {
  private final Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte[], byte[]>>> records =
      new HashMap<>();
  private final Map<TopicPartition, Long> corrupt = new HashMap<>();
  private final Map<TopicPartition, Long> starts = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> truncated = new HashMap<>();
  @Nullable String unreachable;
  @Nullable Runnable hanging;
  boolean closed;
  int reads;
  @Nullable OffsetAndMetadata lastRead;

  void add(ConsumerRecord<byte[], byte[]> record) {
    records
        .computeIfAbsent(
            new TopicPartition(record.topic(), record.partition()), unused -> new TreeMap<>())
        .put(record.offset(), record);
  }

  void corruptAt(TopicPartition partition, long offset) {
    corrupt.put(partition, offset);
  }

  void repair(TopicPartition partition) {
    corrupt.remove(partition);
  }

  /** Has the next read notice that the log was truncated, and where the logs diverge. */
  void truncate(TopicPartition partition, OffsetAndMetadata divergence) {
    truncated.put(partition, divergence);
  }

  void deleteBefore(TopicPartition partition, long offset) {
    starts.put(partition, offset);
  }

  @Override
  public Stretch read(Node leader, TopicPartition partition, OffsetAndMetadata from) {
    long offset = from.offset();
    reads++;
    lastRead = from;
    if (hanging != null) {
      hanging.run();
      throw new TimeoutException("no connection to the leader");
    }
    if (unreachable != null) {
      throw new KafkaException(unreachable);
    }
    if (offset < starts.getOrDefault(partition, 0L)) {
      throw new OffsetOutOfRangeException(Map.of(partition, offset));
    }
    OffsetAndMetadata divergence = truncated.remove(partition);
    if (divergence != null) {
      throw new LogTruncationException(Map.of(partition, offset), Map.of(partition, divergence));
    }
    ArrayDeque<ConsumerRecord<byte[], byte[]>> left =
        new ArrayDeque<>(
            records.getOrDefault(partition, new TreeMap<>()).tailMap(offset, true).values());
    return new Stretch() {
      private long next = offset;
      private Optional<Integer> epoch = from.leaderEpoch();

      @Override
      public Step next() {
        if (Objects.equals(corrupt.get(partition), next)) {
          return new Step.Corrupt(next, epoch, OptionalLong.empty(), "Record is corrupt");
        }
        if (left.isEmpty()) {
          return new Step.End(new OffsetAndMetadata(next, epoch, ""));
        }
        next = left.element().offset() + 1;
        epoch = left.element().leaderEpoch();
        return new Step.Read(left.remove());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    closed = true;
  }
}
