package io.wideevents.worker.consume;

import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where to read when Kafka has no valid position, and never skips records silently. A group
 * without a committed offset begins at offset 0. Where retention has deleted the committed offset,
 * or offset 0, the lost range is counted and logged, and reading continues at the start of the log.
 * A position beyond the end of the log, after a truncation, is moved back. The position in a topic
 * that was deleted and created again is moved back as well. Records that are read twice are stored
 * once. {@code docs/decisions/no-committed-offset.md} explains why a deleted beginning counts as
 * lost.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class StartPositions {
  private static final Logger LOG = LoggerFactory.getLogger(StartPositions.class);
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(3);

  private final Consumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final WorkerMetrics metrics;

  // Partitions that began at 0 because nothing was committed. The log line about a lost range names
  // this cause.
  private final Set<TopicPartition> begun = new HashSet<>();

  // The range that was counted last for a partition. A restart in doubt finds the range a second
  // time.
  private final Map<TopicPartition, LostRange> counted = new HashMap<>();

  /** Offsets that retention deleted before they were read; {@code to} is exclusive. */
  private record LostRange(long from, long to) {
    /** Number of offsets that are not in the other range. */
    long without(LostRange other) {
      return to - from - Math.max(0, Math.min(to, other.to) - Math.max(from, other.from));
    }
  }

  StartPositions(Consumer<byte[], byte[]> consumer, Assignment assignment, WorkerMetrics metrics) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.metrics = metrics;
  }

  /** Discards what is known of earlier assignments of the partitions. */
  void assigned(Collection<TopicPartition> partitions) {
    begun.removeAll(partitions);
    counted.keySet().removeAll(partitions);
  }

  /**
   * Seeks the partitions that a poll reported. Blocks for at most 3 s. Does not block for
   * partitions without a committed offset.
   *
   * @throws org.apache.kafka.common.KafkaException if the bounds of the log cannot be read; a later
   *     poll reports the partitions again
   */
  void resolve(InvalidOffsetException failure) {
    switch (failure) {
      case NoOffsetForPartitionException none -> none.partitions().forEach(this::begin);
      case LogTruncationException truncated ->
          starts(truncated).forEach((partition, start) -> truncate(truncated, partition, start));
      case OffsetOutOfRangeException outside -> {
        Map<TopicPartition, Long> starts = starts(outside);
        outside
            .offsetOutOfRangePartitions()
            .forEach((partition, at) -> skip(partition, at, start(starts, partition)));
      }
      default -> throw failure;
    }
  }

  /**
   * Reads a partition from the start of its log, because its topic was deleted and created again.
   * Records of the deleted topic that are in memory stay valid: they are the last copies.
   *
   * @param unread records of the deleted topic that were unread when the topic was last seen; empty
   *     when that is not known
   */
  void recreated(PartitionProgress old, Uuid topicId, OptionalLong unread) {
    TopicPartition partition = old.partition();
    metrics.topicRecreated(unread.orElse(0));
    OffsetAndMetadata start = new OffsetAndMetadata(0);
    LOG.atError()
        .addKeyValue("topic", partition.topic())
        .addKeyValue("partition", partition.partition())
        .addKeyValue("oldTopicId", old.gate().topicId())
        .addKeyValue("topicId", topicId)
        .addKeyValue("offset", offset(old))
        .addKeyValue("nextOffset", start.offset())
        .addKeyValue("unread", unread.isPresent() ? unread.getAsLong() : "unknown")
        .log(
            "The topic was deleted and created again. The worker reads the new topic from its"
                + " start. Records of the deleted topic that were not read are lost");
    assignment.restart(partition);
    PartitionProgress progress = assignment.progress(partition);
    if (progress != null) {
      progress.gate().topicId(topicId);
    }
    begun.remove(partition);
    counted.remove(partition);
    continueAt(partition, start);
  }

  /**
   * Reads a partition from the start of its log, because the topic's id was learned too late: the
   * position may belong to an earlier topic. Records in memory stay valid. Lost records that were
   * counted before are not counted again: the topic is most likely the same one.
   */
  void restartInDoubt(PartitionProgress old, Uuid topicId) {
    TopicPartition partition = old.partition();
    OffsetAndMetadata start = new OffsetAndMetadata(0);
    LOG.atWarn()
        .addKeyValue("topic", partition.topic())
        .addKeyValue("partition", partition.partition())
        .addKeyValue("topicId", topicId)
        .addKeyValue("offset", offset(old))
        .addKeyValue("nextOffset", start.offset())
        .log(
            "The topic's id was not known when the partition was assigned, so the topic may have"
                + " been deleted and created again since. The worker reads it from its start, which"
                + " stores nothing twice");
    assignment.restart(partition);
    PartitionProgress progress = assignment.progress(partition);
    if (progress != null) {
      progress.gate().topicId(topicId);
    }
    continueAt(partition, start);
  }

  private Map<TopicPartition, Long> starts(InvalidOffsetException failure) {
    return consumer.beginningOffsets(failure.partitions(), LOOKUP_TIMEOUT);
  }

  private void begin(TopicPartition partition) {
    // Offset 0 is used instead of the start of the log, which only the partition's leader knows.
    // While that leader is unavailable, every poll would throw again and return no records of the
    // healthy partitions. If offset 0 was deleted, the fetch reports it for this partition alone.
    // Offset 0 is also committed; otherwise a later loss to retention could not be detected.
    begun.add(partition);
    continueAt(partition, new OffsetAndMetadata(0));
  }

  private void skip(TopicPartition partition, long from, long start) {
    if (from < start) {
      count(partition, new LostRange(from, start));
      // A move forward stays in the same assignment epoch: records read before are still in memory
      // and still count.
      continueAt(partition, new OffsetAndMetadata(start));
    } else {
      LOG.atWarn()
          .addKeyValue("topic", partition.topic())
          .addKeyValue("partition", partition.partition())
          .addKeyValue("offset", from)
          .addKeyValue("nextOffset", start)
          .log("The log ends before the committed offset; reading it from its start");
      goBack(partition, new OffsetAndMetadata(start));
    }
  }

  private void count(TopicPartition partition, LostRange range) {
    LostRange before = counted.put(partition, range);
    long lost = before == null ? range.to - range.from : range.without(before);
    if (lost == 0) {
      return;
    }
    metrics.lostToRetention(lost);
    LOG.atError()
        .addKeyValue("topic", partition.topic())
        .addKeyValue("partition", partition.partition())
        .addKeyValue("offset", range.from)
        .addKeyValue("nextOffset", range.to)
        .addKeyValue("lost", lost)
        .log(
            range.from == 0 && begun.contains(partition)
                ? "The group has no committed offset, and the log's first records are gone. If"
                    + " the group worked here before, its offsets expired and what retention"
                    + " deleted meanwhile is lost; if it is new, they were never meant for it"
                : "Retention deleted records before they were read: they are lost. Raise the"
                    + " topic's retention above the longest outage");
  }

  private void truncate(LogTruncationException truncated, TopicPartition partition, long start) {
    counted.remove(partition);
    OffsetAndMetadata divergent = truncated.divergentOffsets().get(partition);
    OffsetAndMetadata to =
        assignment.restartTruncated(
            partition, divergent == null ? new OffsetAndMetadata(start) : divergent);
    LOG.atWarn()
        .addKeyValue("topic", partition.topic())
        .addKeyValue("partition", partition.partition())
        .addKeyValue("nextOffset", to.offset())
        .log(
            "The log was truncated below the committed offset; reading continues where it diverges");
    continueAt(partition, to);
  }

  // A move back begins a new assignment epoch: results of records read before must not move the new
  // position.
  // Those records stay valid, because the log may no longer have them.
  private void goBack(TopicPartition partition, OffsetAndMetadata to) {
    counted.remove(partition);
    assignment.restart(partition);
    continueAt(partition, to);
  }

  private void continueAt(TopicPartition partition, OffsetAndMetadata to) {
    consumer.seek(partition, to);
    PartitionProgress progress = assignment.progress(partition);
    if (progress != null) {
      progress.jumpTo(to);
    }
  }

  /** The position for a log line; -1 while it is not known. */
  private static long offset(PartitionProgress progress) {
    return progress.position().map(OffsetAndMetadata::offset).orElse(-1L);
  }

  private static long start(Map<TopicPartition, Long> beginnings, TopicPartition partition) {
    Long start = beginnings.get(partition);
    if (start == null) {
      throw new IllegalStateException("Kafka did not return where " + partition + " begins");
    }
    return start;
  }
}
