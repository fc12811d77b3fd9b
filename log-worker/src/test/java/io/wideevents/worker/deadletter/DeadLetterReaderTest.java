package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
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
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

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

    assertThat(reader.next()).extracting(StoredLetter::position).containsExactly("0:0", "0:1");
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

  private DeadLetterReader reader() {
    return new DeadLetterReader(consumer, TOPIC, PATIENCE);
  }

  private void add(long offset) {
    consumer.addRecord(LogRecords.of(TOPIC, 0, offset, "{".getBytes(UTF_8), ManualClock.START));
  }
}
