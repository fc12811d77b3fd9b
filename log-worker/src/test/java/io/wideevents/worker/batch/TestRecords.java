package io.wideevents.worker.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.worker.offset.Assignment;
import io.wideevents.worker.offset.PartitionProgress;
import io.wideevents.worker.testing.ManualClock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Polled records of one partition with their progress, made by hand. */
final class TestRecords {
  static final TopicPartition PARTITION = new TopicPartition("log-events", 0);

  private final Assignment assignment = new Assignment();
  private final ManualClock clock;
  private long nextOffset;

  TestRecords(ManualClock clock) {
    this.clock = clock;
    assignment.assign(List.of(PARTITION));
  }

  /** The next record, with a good event. */
  PendingRecord event(StubEvent event) {
    return event(event, clock.instant());
  }

  /** The next record, with a good event that the pipeline first saw at some time. */
  PendingRecord event(StubEvent event, Instant receivedAt) {
    return pending(
        event.requestId(),
        event.json(Tier.KAFKA),
        new RecordResult.Decoded(event.document(Tier.KAFKA), receivedAt, 0));
  }

  /** The next record, with event number {@code n}. */
  PendingRecord event(int n) {
    return event(StubEvent.numbered(n));
  }

  /** The next record, which decoding found to be poison. */
  PendingRecord poison(DeadLetterReason reason) {
    return pending("poison", "poison".getBytes(UTF_8), new RecordResult.Poison(reason, "Bad"));
  }

  PartitionProgress progress() {
    return Objects.requireNonNull(assignment.progress(PARTITION));
  }

  /** The partition goes to another worker, and comes back as a new assignment. */
  void reassign() {
    assignment.discard(List.of(PARTITION));
    assignment.assign(List.of(PARTITION));
  }

  /** What could be committed now; -1 when nothing. */
  long committable() {
    var ready = progress().commitReady();
    return ready == null ? -1 : ready.offset();
  }

  /** The offset of the next record. */
  long nextOffset() {
    return nextOffset;
  }

  private PendingRecord pending(String key, byte[] value, RecordResult content) {
    ConsumerRecord<byte[], byte[]> source =
        new ConsumerRecord<>(
            PARTITION.topic(), PARTITION.partition(), nextOffset, key.getBytes(UTF_8), value);
    var place = progress().track(nextOffset, Optional.empty(), clock.instant().toEpochMilli());
    nextOffset++;
    return PendingRecord.of(source, place, content, clock.getAsLong());
  }
}
