package io.wideevents.query.trace;

import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads ranges of partitions until a record matches, a number of records was read, or a deadline
 * passes. Used by one thread. Does not own the consumer.
 */
final class RecordSearch {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], Boolean> consumer;
  private final long maxRecords;
  private final Deadline deadline;
  private long records;
  private boolean complete = true;

  /** The records of a partition from an offset up to another one, which is not included. */
  record Range(TopicPartition partition, long from, long to) {}

  /**
   * @param consumer a consumer whose deserialized value says whether the record matches
   */
  RecordSearch(Consumer<byte[], Boolean> consumer, long maxRecords, Deadline deadline) {
    this.consumer = consumer;
    this.maxRecords = maxRecords;
    this.deadline = deadline;
  }

  /** Reads ranges, one for each partition, at the same time, until a record matches. */
  Optional<ConsumerRecord<byte[], Boolean>> firstIn(Collection<Range> ranges) {
    Map<TopicPartition, Range> unread = seek(ranges);
    Optional<ConsumerRecord<byte[], Boolean>> found = Optional.empty();
    while (found.isEmpty() && !unread.isEmpty() && mayContinue()) {
      found = poll(unread);
    }
    complete &= found.isPresent() || unread.isEmpty();
    return found;
  }

  /** Reads all of the ranges, and returns the matching record with the latest timestamp. */
  Optional<ConsumerRecord<byte[], Boolean>> newestIn(Collection<Range> ranges) {
    Map<TopicPartition, Range> unread = seek(ranges);
    Optional<ConsumerRecord<byte[], Boolean>> found = Optional.empty();
    while (!unread.isEmpty() && mayContinue()) {
      found = newer(poll(unread), found);
    }
    complete &= unread.isEmpty();
    return found;
  }

  private Map<TopicPartition, Range> seek(Collection<Range> ranges) {
    Map<TopicPartition, Range> unread = new HashMap<>();
    ranges.stream()
        .filter(range -> range.from < range.to)
        .forEach(range -> unread.put(range.partition, range));
    consumer.assign(unread.keySet());
    unread.values().forEach(range -> consumer.seek(range.partition, range.from));
    return unread;
  }

  private static Optional<ConsumerRecord<byte[], Boolean>> newer(
      Optional<ConsumerRecord<byte[], Boolean>> one,
      Optional<ConsumerRecord<byte[], Boolean>> other) {
    return one.filter(record -> other.isEmpty() || record.timestamp() >= other.get().timestamp())
        .or(() -> other);
  }

  private boolean mayContinue() {
    return complete && records < maxRecords && !deadline.remaining().isZero();
  }

  private Optional<ConsumerRecord<byte[], Boolean>> poll(Map<TopicPartition, Range> unread) {
    Optional<ConsumerRecord<byte[], Boolean>> found = Optional.empty();
    try {
      for (ConsumerRecord<byte[], Boolean> record :
          consumer.poll(deadline.atMost(POLL).remaining())) {
        Range range = unread.get(new TopicPartition(record.topic(), record.partition()));
        if (range != null && record.offset() < range.to) {
          records++;
          if (Boolean.TRUE.equals(record.value())) {
            found = newer(Optional.of(record), found);
          }
        }
      }
      List<TopicPartition> done =
          unread.values().stream()
              .filter(range -> consumer.position(range.partition, POLL) >= range.to)
              .map(Range::partition)
              .toList();
      done.forEach(unread::remove);
      consumer.pause(done);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      complete = false; // retention deleted the range, or a batch is corrupt
    }
    return found;
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
