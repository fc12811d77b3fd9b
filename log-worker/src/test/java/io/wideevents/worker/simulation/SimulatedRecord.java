package io.wideevents.worker.simulation;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A record of the log, with what the model knows of it. Every poll returns the same object. */
final class SimulatedRecord extends ConsumerRecord<byte[], byte[]> {
  private static final byte[] KEY = {'k'};

  final SimulatedEvent event;
  boolean deadLettered;

  /** MongoDB's good time when the record was seen first in the log; -1 before. */
  long appendedAtGoodNanos = -1;

  /** MongoDB's good time when the record was polled last; -1 before. */
  long polledAtGoodNanos = -1;

  /** Writes that MongoDB had left without an answer when the record was polled last. */
  long unansweredAtPoll;

  SimulatedRecord(
      TopicPartition partition,
      long offset,
      int leaderEpoch,
      long timestampMillis,
      SimulatedEvent event) {
    super(
        partition.topic(),
        partition.partition(),
        offset,
        timestampMillis,
        TimestampType.CREATE_TIME,
        KEY.length,
        event.value.length,
        KEY,
        event.value,
        new RecordHeaders(),
        Optional.of(leaderEpoch));
    this.event = event;
  }

  /** Notes that a worker has read the record. */
  void polled(World world) {
    polledAtGoodNanos = world.goodTime.nanos();
    unansweredAtPoll = world.unansweredWrites();
  }

  boolean isDone() {
    return deadLettered || event.stored;
  }

  @Override
  public String toString() {
    return event + "@" + partition() + ":" + offset();
  }
}
