package io.wideevents.worker.consume;

import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where to read when Kafka cannot tell: never silently past a hole. A group without a
 * committed offset begins at the beginning. Where retention has overtaken a committed offset, the
 * lost range is counted and logged, and reading goes on at the start of the log. A position beyond
 * the log's end, after a truncation, goes back; what is read twice is stored once.
 *
 * <p>Belongs to the polling thread; {@link #lostRecords} may be called by any.
 */
final class StartPositions {
  private static final Logger LOG = LoggerFactory.getLogger(StartPositions.class);
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(3);

  private final Consumer<byte[], byte[]> consumer;
  private final Assignment assignment;
  private final WorkerMetrics metrics;
  private final AtomicLong lostRecords;

  /**
   * @param lostRecords counts on over the life of the process
   */
  StartPositions(
      Consumer<byte[], byte[]> consumer,
      Assignment assignment,
      WorkerMetrics metrics,
      AtomicLong lostRecords) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.metrics = metrics;
    this.lostRecords = lostRecords;
  }

  /**
   * Seeks the partitions a poll complained about; blocks for at most 3 s.
   *
   * @throws org.apache.kafka.common.KafkaException if the log's bounds cannot be had; the next poll
   *     complains again
   */
  void resolve(InvalidOffsetException complaint) {
    Map<TopicPartition, Long> beginnings =
        consumer.beginningOffsets(complaint.partitions(), LOOKUP_TIMEOUT);
    switch (complaint) {
      case NoOffsetForPartitionException none -> beginnings.forEach(this::begin);
      case LogTruncationException truncated ->
          beginnings.forEach((partition, start) -> truncate(truncated, partition, start));
      case OffsetOutOfRangeException outside ->
          outside
              .offsetOutOfRangePartitions()
              .forEach((partition, at) -> skip(partition, at, start(beginnings, partition)));
      default -> throw complaint;
    }
  }

  /** Records that retention deleted before they were read, since the process started. */
  long lostRecords() {
    return lostRecords.get();
  }

  private void begin(TopicPartition partition, long start) {
    // Even the start is committed: were it not, a later loss to retention could not be noticed.
    readOnAt(partition, new OffsetAndMetadata(start));
  }

  private void skip(TopicPartition partition, long from, long start) {
    if (from < start) {
      lostRecords.addAndGet(start - from);
      metrics.lostToRetention(start - from);
      LOG.atError()
          .addKeyValue("topic", partition.topic())
          .addKeyValue("partition", partition.partition())
          .addKeyValue("offset", from)
          .addKeyValue("nextOffset", start)
          .addKeyValue("lost", start - from)
          .log(
              "Retention deleted records before they were read: they are lost. Raise the topic's"
                  + " retention above the longest outage");
      // Forwards, in the same epoch: what was read before is still in memory, and still counts.
      readOnAt(partition, new OffsetAndMetadata(start));
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

  private void truncate(LogTruncationException truncated, TopicPartition partition, long start) {
    OffsetAndMetadata divergent = truncated.divergentOffsets().get(partition);
    OffsetAndMetadata to = divergent == null ? new OffsetAndMetadata(start) : divergent;
    LOG.atWarn()
        .addKeyValue("topic", partition.topic())
        .addKeyValue("partition", partition.partition())
        .addKeyValue("nextOffset", to.offset())
        .log("The log was truncated below the committed offset; reading on where it diverges");
    goBack(partition, to);
  }

  // Backwards begins a new epoch: results of records read before must not move the new position.
  private void goBack(TopicPartition partition, OffsetAndMetadata to) {
    assignment.assign(List.of(partition));
    readOnAt(partition, to);
  }

  private void readOnAt(TopicPartition partition, OffsetAndMetadata to) {
    consumer.seek(partition, to);
    PartitionProgress progress = assignment.progress(partition);
    if (progress != null) {
      progress.jumpTo(to);
    }
  }

  private static long start(Map<TopicPartition, Long> beginnings, TopicPartition partition) {
    Long start = beginnings.get(partition);
    if (start == null) {
      throw new IllegalStateException("Kafka did not tell where " + partition + " begins");
    }
    return start;
  }
}
