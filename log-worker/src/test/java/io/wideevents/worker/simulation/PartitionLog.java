package io.wideevents.worker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The log of one partition: records, gaps, leader epochs, and a start that retention moves. */
final class PartitionLog {
  private record Epoch(int number, int start) {}

  final TopicPartition partition;

  // By offset; null is a gap, such as a control record or a compacted offset.
  private final List<@Nullable SimulatedRecord> entries = new ArrayList<>();
  private final List<Epoch> epochs = new ArrayList<>();

  /** Records that retention deleted before they were done. */
  private final List<SimulatedRecord> deletedUndone = new ArrayList<>();

  private int start;
  private int firstUndone;
  private int corruptFrom;
  private int corruptTo;
  private boolean corruptSilently;

  /** MongoDB's good time when the log was last seen with a corrupt batch; -1 if never. */
  long corruptUntilGoodNanos = -1;

  /** Whether the partition has a leader, so that it can be read. */
  boolean hasLeader = true;

  PartitionLog(TopicPartition partition) {
    this.partition = partition;
    epochs.add(new Epoch(0, 0));
  }

  int start() {
    return start;
  }

  int end() {
    return entries.size();
  }

  @Nullable SimulatedRecord at(int offset) {
    return entries.get(offset);
  }

  int leaderEpoch() {
    return epochs.getLast().number;
  }

  /**
   * Makes a stretch of offsets unreadable.
   *
   * @param silently whether the leader returns nothing there, instead of bytes that fail the check
   */
  void corrupt(int from, int to, boolean silently) {
    corruptFrom = from;
    corruptTo = to;
    corruptSilently = silently;
  }

  void repair() {
    corruptTo = corruptFrom;
  }

  boolean wasCorrupt() {
    return corruptUntilGoodNanos >= 0;
  }

  boolean hasCorruptBatch() {
    return corruptTo > Math.max(start, corruptFrom);
  }

  int corruptTo() {
    return corruptTo;
  }

  boolean isCorrupt(int offset) {
    return offset >= corruptFrom && offset < corruptTo;
  }

  boolean isCorruptSilently() {
    return corruptSilently;
  }

  /** The epoch of the leader that wrote an offset, a gap included. */
  int epochAt(int offset) {
    int epoch = 0;
    for (Epoch each : epochs) {
      epoch = each.start <= offset ? each.number : epoch;
    }
    return epoch;
  }

  void append(SimulatedEvent event, long timestampMillis) {
    entries.add(
        new SimulatedRecord(partition, entries.size(), leaderEpoch(), timestampMillis, event));
  }

  void appendGap() {
    entries.add(null);
  }

  /** Retention: the log begins at an offset from now on. */
  void deleteBefore(int offset) {
    for (; start < offset; start++) {
      SimulatedRecord record = entries.get(start);
      if (record != null && !record.isDone()) {
        deletedUndone.add(record);
      }
    }
  }

  /** Another leader, whose log ends earlier. */
  void truncateTo(int end) {
    entries.subList(end, entries.size()).clear();
    int next = leaderEpoch() + 1;
    epochs.removeIf(epoch -> epoch.start >= end);
    epochs.add(new Epoch(next, end));
    firstUndone = Math.min(firstUndone, end);
    corruptTo = Math.min(corruptTo, end);
  }

  /** The topic is deleted and created again. */
  void recreate() {
    hasLeader = true;
    entries.clear();
    epochs.clear();
    epochs.add(new Epoch(0, 0));
    deletedUndone.clear();
    start = 0;
    firstUndone = 0;
    repair();
  }

  /**
   * What a leader answers when it is asked where an epoch ends: that epoch or the next lower one
   * that it knows, and its end. Null when the leader knows only lower epochs.
   */
  @Nullable OffsetAndMetadata endOfEpoch(int asked) {
    if (asked > leaderEpoch()) {
      return null;
    }
    int end = entries.size();
    for (int i = epochs.size() - 1; i >= 0; i--) {
      Epoch epoch = epochs.get(i);
      if (epoch.number <= asked) {
        return new OffsetAndMetadata(end, Optional.of(epoch.number), "");
      }
      end = epoch.start;
    }
    return new OffsetAndMetadata(end, Optional.of(asked), "");
  }

  /** The first offset whose record is in the log and neither stored nor dead-lettered. */
  int firstUndone() {
    firstUndone = Math.max(firstUndone, start);
    while (firstUndone < entries.size()) {
      SimulatedRecord record = entries.get(firstUndone);
      if (record != null && !record.isDone()) {
        break;
      }
      firstUndone++;
    }
    return firstUndone;
  }

  /** Records deleted below an offset that were never stored or dead-lettered. */
  long lostBefore(long offset) {
    if (deletedUndone.isEmpty()) {
      return 0;
    }
    deletedUndone.removeIf(SimulatedRecord::isDone);
    return deletedUndone.stream().filter(record -> record.offset() < offset).count();
  }

  /**
   * Where a worker with this committed offset reads on: a leader epoch in it shows what a
   * truncation has taken since.
   */
  long effective(OffsetAndMetadata committed) {
    if (committed.leaderEpoch().isPresent()) {
      OffsetAndMetadata end = endOfEpoch(committed.leaderEpoch().get());
      return end == null ? start : Math.min(committed.offset(), end.offset());
    }
    // Beyond the end it is out of range, and reading begins at the start.
    return committed.offset() > end() ? start : committed.offset();
  }
}
