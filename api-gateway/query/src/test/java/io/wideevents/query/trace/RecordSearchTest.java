package io.wideevents.query.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.trace.RecordSearch.Range;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordSearchTest {
  private static final TopicPartition P0 = new TopicPartition("events", 0);
  private static final TopicPartition P1 = new TopicPartition("events", 1);

  private final AtomicLong nanoTime = new AtomicLong();
  private final MockConsumer<byte[], Boolean> consumer = new MockConsumer<>("none");

  private RecordSearch search(long maxRecords) {
    return new RecordSearch(
        consumer, maxRecords, Deadline.after(Duration.ofSeconds(5), nanoTime::get));
  }

  @Test
  void first_endsWithTheRecordThatMatches() {
    consumer.schedulePollTask(() -> add(P0, 5, false));
    consumer.schedulePollTask(() -> add(P0, 6, true));
    consumer.schedulePollTask(() -> add(P0, 7, true));

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], Boolean>> found = search.firstIn(List.of(range(P0, 5, 8)));

    assertThat(found.orElseThrow().offset()).isEqualTo(6);
    assertThat(search.isComplete()).isTrue();
    assertThat(search.records()).isEqualTo(2);
  }

  @Test
  void first_endsAtTheEndOfEachRange() {
    consumer.schedulePollTask(
        () -> {
          add(P0, 5, false);
          add(P0, 6, true); // behind the end of the range
          add(P1, 0, false);
        });

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], Boolean>> found =
        search.firstIn(List.of(range(P0, 5, 6), range(P1, 0, 1)));

    assertThat(found).isEmpty();
    assertThat(search.isComplete()).isTrue();
    assertThat(search.records()).isEqualTo(2);
  }

  @Test
  void first_ofEmptyRangesReadsNothing() {
    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(range(P0, 5, 5)))).isEmpty();
    assertThat(search.isComplete()).isTrue();
  }

  @Test
  void first_endsAtTheLimitOfRecords() {
    consumer.schedulePollTask(() -> add(P0, 0, false));
    consumer.schedulePollTask(() -> add(P0, 1, false));

    RecordSearch search = search(2);
    Optional<ConsumerRecord<byte[], Boolean>> found = search.firstIn(List.of(range(P0, 0, 1_000)));

    assertThat(found).isEmpty();
    assertThat(search.isComplete()).isFalse();
  }

  @Test
  void first_endsAtTheDeadlineWhenNothingArrives() {
    consumer.schedulePollTask(() -> nanoTime.addAndGet(Duration.ofSeconds(6).toNanos()));

    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(range(P0, 0, 10)))).isEmpty();
    assertThat(search.isComplete()).isFalse();
    assertThat(search.firstIn(List.of(range(P1, 0, 10)))).isEmpty();
  }

  @Test
  void first_endsWhenTheLogCannotBeRead() {
    consumer.schedulePollTask(
        () -> consumer.setPollException(new KafkaException("a batch is corrupt")));
    consumer.schedulePollTask(
        () -> {
          throw new KafkaException("a batch is corrupt");
        });

    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(range(P0, 0, 10)))).isEmpty();
    assertThat(search.isComplete()).isFalse();
  }

  @Test
  void newest_readsOnAfterAMatch() {
    consumer.schedulePollTask(() -> add(P0, 0, true));
    consumer.schedulePollTask(
        () -> {
          add(P0, 1, true);
          add(P0, 2, false);
        });

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], Boolean>> found = search.newestIn(List.of(range(P0, 0, 3)));

    assertThat(found.orElseThrow().offset()).isEqualTo(1);
    assertThat(search.isComplete()).isTrue();
  }

  private static Range range(TopicPartition partition, long from, long to) {
    return new Range(partition, from, to);
  }

  private void add(TopicPartition partition, long offset, boolean matches) {
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.addRecord(
        new ConsumerRecord<>(
            partition.topic(),
            partition.partition(),
            offset,
            offset,
            TimestampType.CREATE_TIME,
            0,
            1,
            new byte[0],
            matches,
            new RecordHeaders(),
            Optional.empty()));
  }
}
