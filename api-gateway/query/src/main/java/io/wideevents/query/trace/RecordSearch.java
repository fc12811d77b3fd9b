package io.wideevents.query.trace;

import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.kafka.partition.Stretch;
import io.wideevents.time.Deadline;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of partitions until a record matches, a number of records was read, or a deadline
 * passes. Used by one thread. Does not own the reader.
 */
final class RecordSearch {
  private final PartitionReader reader;
  private final Predicate<ConsumerRecord<byte[], byte[]>> matches;
  private final long maxRecords;
  private final Deadline deadline;
  private long records;
  private boolean complete = true;

  /**
   * The records of a partition from an offset up to another one, which is not included.
   *
   * @param leader null if the partition has none
   */
  record Range(TopicPartition partition, @Nullable Node leader, long from, long to) {
    boolean isEmpty() {
      return from >= to;
    }

    /** The part from this offset on. */
    Range after(long offset) {
      return new Range(partition, leader, offset, to);
    }

    /** The part up to this offset. */
    Range before(long offset) {
      return new Range(partition, leader, from, offset);
    }
  }

  RecordSearch(
      PartitionReader reader,
      Predicate<ConsumerRecord<byte[], byte[]>> matches,
      long maxRecords,
      Deadline deadline) {
    this.reader = reader;
    this.matches = matches;
    this.maxRecords = maxRecords;
    this.deadline = deadline;
  }

  /** Reads ranges of several partitions, in parts, until a record matches. */
  Optional<ConsumerRecord<byte[], byte[]>> firstIn(Collection<Range> ranges) {
    return search(ranges, new Found(true));
  }

  /** Reads all of the ranges, and returns the matching record with the latest timestamp. */
  Optional<ConsumerRecord<byte[], byte[]>> newestIn(Collection<Range> ranges) {
    return search(ranges, new Found(false));
  }

  /** The record that was found. */
  private static final class Found {
    private final boolean isFirstEnough;
    private @Nullable ConsumerRecord<byte[], byte[]> record;

    Found(boolean isFirstEnough) {
      this.isFirstEnough = isFirstEnough;
    }

    void add(ConsumerRecord<byte[], byte[]> other) {
      if (record == null || other.timestamp() >= record.timestamp()) {
        record = other;
      }
    }

    boolean isEnough() {
      return isFirstEnough && record != null;
    }
  }

  private Optional<ConsumerRecord<byte[], byte[]>> search(Collection<Range> ranges, Found found) {
    Queue<Range> unread = new ArrayDeque<>();
    ranges.stream().filter(range -> !range.isEmpty()).forEach(unread::add);
    while (!unread.isEmpty() && !found.isEnough() && mayContinue()) {
      Range range = unread.remove();
      Range rest = range.after(read(range, found));
      if (!rest.isEmpty()) {
        unread.add(rest);
      }
    }
    complete &= found.isEnough() || unread.isEmpty();
    return Optional.ofNullable(found.record);
  }

  private boolean mayContinue() {
    return records < maxRecords
        && !deadline.remaining().isZero()
        && !Thread.currentThread().isInterrupted();
  }

  /**
   * Reads a part of a range.
   *
   * @return the offset after this part; the end of the range, if no more of it can be read
   */
  private long read(Range range, Found found) {
    if (range.leader == null) {
      complete = false;
      return range.to;
    }
    long next = range.from;
    try (Stretch stretch =
        reader.read(range.leader, range.partition, new OffsetAndMetadata(range.from))) {
      while (mayContinue() && !found.isEnough()) {
        switch (stretch.next()) {
          case Stretch.Step.Read read -> {
            if (read.record().offset() >= range.to) {
              return range.to;
            }
            next = read.record().offset() + 1;
            records++;
            if (matches.test(read.record())) {
              found.add(read.record());
            }
          }
          case Stretch.Step.Corrupt corrupt -> {
            complete = false;
            return range.to;
          }
          case Stretch.Step.End end -> {
            boolean isStuck = end.next().offset() <= range.from;
            complete &= !isStuck;
            return isStuck ? range.to : end.next().offset();
          }
        }
      }
      return next;
    } catch (KafkaException e) {
      complete = false; // retention deleted the range, or the leader does not answer
      return range.to;
    }
  }

  /** Number of records that all searches of this object have read. */
  long records() {
    return records;
  }

  /** Whether every range was read to its end. */
  boolean isComplete() {
    return complete;
  }
}
