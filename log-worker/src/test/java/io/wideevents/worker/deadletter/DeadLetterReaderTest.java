package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DeadLetterReaderTest {
  private static final String TOPIC = "log-events.dlq";
  private static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration TIMEOUT = Duration.ofMillis(100);

  private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();

  // The mock forgets commits with each assignment, which a broker does not.
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>("none") {
        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
          committed.putAll(offsets);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
            Set<TopicPartition> partitions) {
          return Map.copyOf(committed);
        }
      };

  @BeforeEach
  void fill() {
    Node[] nodes = {};
    consumer.updatePartitions(
        TOPIC, List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), nodes, nodes)));
    consumer.updateBeginningOffsets(Map.of(P0, 0L));
    consumer.updateEndOffsets(Map.of(P0, 2L));
  }

  @Test
  void next_endsWhereTheTopicEndedAtFirst() {
    DeadLetterReader reader = reader();
    reader.seekToPending();
    for (int offset = 0; offset < 3; offset++) {
      add(offset);
    }

    assertThat(reader.next()).extracting(StoredDeadLetter::position).containsExactly("0:0", "0:1");
    assertThat(reader.next()).isEmpty();
  }

  @Test
  @Timeout(30)
  void next_failsWhenTheBrokersHaveGone() {
    DeadLetterReader reader = reader();
    reader.seekToPending();

    assertThatThrownBy(reader::next).isInstanceOf(TimeoutException.class);
  }

  @Test
  @Timeout(30)
  void find_failsWhenTheBrokersHaveGone() {
    DeadLetterReader reader = reader();

    assertThatThrownBy(() -> reader.find(0, 1)).isInstanceOf(TimeoutException.class);
  }

  @Test
  void oldestWithoutOffset_isEmptyWhileDeadLettersAreYoungerThanTheRetention() {
    DeadLetterReader reader = reader();
    add(0);

    assertThat(
            reader.oldestWithoutOffset(
                Duration.ofDays(7), ManualClock.START.plus(WEEK.minusDays(1))))
        .isEmpty();
  }

  @Test
  void oldestWithoutOffset_isTheOldestDeadLetterThatMayHaveBeenReplayed() {
    DeadLetterReader reader = reader();
    add(0);

    assertThat(reader.oldestWithoutOffset(WEEK, ManualClock.START.plus(WEEK.plusDays(1))))
        .contains(ManualClock.START);
  }

  @Test
  void oldestWithoutOffset_isEmptyWhileAnOffsetIsCommitted() {
    DeadLetterReader first = reader();
    first.replayed(List.of());

    assertThat(reader().oldestWithoutOffset(WEEK, ManualClock.START.plus(WEEK.plusDays(1))))
        .isEmpty();
  }

  @Test
  void renew_commitsWhatIsRememberedAndNothingElse() {
    reader().renew();
    boolean afterNothing = reader().hasReplayed();
    DeadLetterReader replayed = reader();
    replayed.seekTo(Map.of(0, 1L));
    replayed.replayed(List.of());

    reader().renew();

    assertThat(afterNothing).isFalse();
    assertThat(committed).containsExactly(Map.entry(P0, new OffsetAndMetadata(1)));
  }

  @Test
  void seekTo_readsOnlyThePartitionsNamedAndStaysWithinThem() {
    DeadLetterReader reader = reader();

    reader.seekTo(Map.of(0, 99L));

    assertThat(reader.remaining()).isZero();
    assertThatThrownBy(() -> reader.seekTo(Map.of(7, 0L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no partition 7");
  }

  private DeadLetterReader reader() {
    return new DeadLetterReader(consumer, TOPIC, TIMEOUT);
  }

  private void add(long offset) {
    consumer.addRecord(LogRecords.of(TOPIC, 0, offset, "{".getBytes(UTF_8), ManualClock.START));
  }
}
