package io.wideevents.query.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.kafka.partition.Stretch;
import io.wideevents.query.trace.RecordSearch.Range;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordSearchTest {
  private static final TopicPartition P0 = new TopicPartition("events", 0);
  private static final TopicPartition P1 = new TopicPartition("events", 1);
  private static final Node LEADER = new Node(1, "127.0.0.1", 1);

  private final AtomicLong nanoTime = new AtomicLong();
  private final TreeSet<Long> matching = new TreeSet<>();
  private final Log log = new Log();

  /** Partitions with a record at each offset, of which a fetch returns two. */
  private static final class Log implements PartitionReader {
    private long corruptAt = Long.MAX_VALUE;
    private boolean answers = true;
    private Runnable meanwhile = () -> {};

    @Override
    public Stretch read(Node leader, TopicPartition partition, OffsetAndMetadata from) {
      if (!answers) {
        throw new KafkaException("no answer");
      }
      meanwhile.run();
      return new Stretch() {
        private long next = from.offset();

        @Override
        public Step next() {
          if (partition.equals(P0) && next >= corruptAt) {
            return new Step.Corrupt(next, Optional.empty(), OptionalLong.empty(), "test");
          }
          if (next == from.offset() + 2) {
            return new Step.End(new OffsetAndMetadata(next));
          }
          return new Step.Read(record(partition, next++));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }

  private RecordSearch search(long maxRecords) {
    return new RecordSearch(
        log,
        record -> matching.contains(record.offset()),
        maxRecords,
        Deadline.after(Duration.ofSeconds(5), nanoTime::get));
  }

  @Test
  void first_endsWithTheRecordThatMatches() {
    matching.addAll(List.of(6L, 7L));

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], byte[]>> found = search.firstIn(List.of(range(P0, 5, 8)));

    assertThat(found.orElseThrow().offset()).isEqualTo(6);
    assertThat(search.isComplete()).isTrue();
    assertThat(search.records()).isEqualTo(2);
  }

  @Test
  void first_endsAtTheEndOfEachRange() {
    matching.add(6L);

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], byte[]>> found =
        search.firstIn(List.of(range(P0, 5, 6), range(P1, 0, 5)));

    assertThat(found).isEmpty();
    assertThat(search.isComplete()).isTrue();
    assertThat(search.records()).isEqualTo(6);
  }

  @Test
  void first_ofEmptyRangesReadsNothing() {
    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(range(P0, 5, 5)))).isEmpty();
    assertThat(search.isComplete()).isTrue();
    assertThat(search.records()).isZero();
  }

  @Test
  void first_endsAtTheLimitOfRecords() {
    matching.add(3L);

    RecordSearch search = search(3);

    assertThat(search.firstIn(List.of(range(P0, 0, 1_000)))).isEmpty();
    assertThat(search.isComplete()).isFalse();
    assertThat(search.records()).isEqualTo(3);
  }

  @Test
  void first_readsThePartitionsInParts() {
    matching.add(501L);

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], byte[]>> found =
        search.firstIn(List.of(range(P0, 0, 1_000), range(P1, 500, 1_000)));

    assertThat(found.orElseThrow().partition()).isEqualTo(1);
    assertThat(search.records()).isEqualTo(4);
  }

  @Test
  void first_endsAtTheDeadline() {
    log.meanwhile = () -> nanoTime.addAndGet(Duration.ofSeconds(2).toNanos());

    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(range(P0, 0, 1_000)))).isEmpty();
    assertThat(search.isComplete()).isFalse();
    assertThat(search.records()).isLessThanOrEqualTo(6);
    assertThat(search.firstIn(List.of(range(P1, 0, 10)))).isEmpty();
  }

  @Test
  void first_readsTheOtherPartitionsWhenABatchIsCorrupt() {
    log.corruptAt = 3;
    matching.add(21L);

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], byte[]>> found =
        search.firstIn(List.of(range(P0, 0, 30), range(P1, 0, 30)));

    assertThat(found.orElseThrow().partition()).isEqualTo(1);
    assertThat(search.isComplete()).isFalse();
  }

  @Test
  void first_isIncompleteWithoutAnAnsweringLeader() {
    log.answers = false;

    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(range(P0, 0, 10)))).isEmpty();
    assertThat(search.isComplete()).isFalse();
  }

  @Test
  void first_isIncompleteForAPartitionWithoutLeader() {
    matching.add(5L);

    RecordSearch search = search(100);

    assertThat(search.firstIn(List.of(new Range(P0, null, 0, 10)))).isEmpty();
    assertThat(search.isComplete()).isFalse();
  }

  @Test
  void newest_readsOnAfterAMatch() {
    matching.addAll(List.of(0L, 1L));

    RecordSearch search = search(100);
    Optional<ConsumerRecord<byte[], byte[]>> found = search.newestIn(List.of(range(P0, 0, 3)));

    assertThat(found.orElseThrow().offset()).isEqualTo(1);
    assertThat(search.isComplete()).isTrue();
    assertThat(search.records()).isEqualTo(3);
  }

  private static Range range(TopicPartition partition, long from, long to) {
    return new Range(partition, LEADER, from, to);
  }

  private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset) {
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        offset,
        TimestampType.CREATE_TIME,
        0,
        1,
        new byte[0],
        new byte[1],
        new RecordHeaders(),
        Optional.empty());
  }
}
