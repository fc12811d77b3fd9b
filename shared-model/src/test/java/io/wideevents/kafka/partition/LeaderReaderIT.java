package io.wideevents.kafka.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderReaderIT {
  @TempDir private static Path directory;

  private final String name = TestStack.uniqueName(LeaderReaderIT.class);
  private final TopicPartition partition = new TopicPartition(name, 0);

  @Test
  void read_ofAPositionThatTheLeadersEpochsContradict_findsTheTruncation() throws Exception {
    // Given a log whose first leader epoch ends at offset 3
    try (KafkaBroker broker =
        KafkaBroker.create(BrokerSettings.DEFAULT.withDirectory(directory.resolve("broker")))) {
      broker.start();
      create(broker);
      send(broker, 3);
      int first = epoch(broker);
      broker.restart();
      send(broker, 3);
      int second = epoch(broker);
      assertThat(second).isGreaterThan(first);

      try (LeaderReader reader =
          new LeaderReader(Map.of("bootstrap.servers", broker.bootstrapServers()), 1_000_000)) {
        Node leader = leader(broker);

        // Then a position of the same log is read
        assertThat(reader.read(leader, partition, at(6, second)).next())
            .isInstanceOf(Stretch.Step.End.class);
        assertThat(reader.read(leader, partition, at(3, first)).next())
            .isInstanceOf(Stretch.Step.Read.class);
        assertThat(reader.read(leader, partition, new OffsetAndMetadata(5)).next())
            .isInstanceOf(Stretch.Step.Read.class);

        // And one that was read from another log, whose first epoch went on, is not
        LogTruncationException truncated =
            catchThrowableOfType(
                LogTruncationException.class, () -> reader.read(leader, partition, at(5, first)));
        assertThat(truncated.divergentOffsets())
            .isEqualTo(Map.of(partition, new OffsetAndMetadata(3, Optional.of(first), "")));
      }
    }
  }

  private static OffsetAndMetadata at(long offset, int leaderEpoch) {
    return new OffsetAndMetadata(offset, Optional.of(leaderEpoch), "");
  }

  private void create(KafkaBroker broker) throws Exception {
    try (Admin admin = admin(broker)) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
  }

  private void send(KafkaBroker broker, int count) throws Exception {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(name, 0, null, new byte[] {1})).get();
      }
    }
  }

  /** The leader epoch of the last record. */
  private int epoch(KafkaBroker broker) throws Exception {
    try (Admin admin = admin(broker)) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .leaderEpoch()
          .orElseThrow();
    }
  }

  private Node leader(KafkaBroker broker) throws ExecutionException, InterruptedException {
    try (Admin admin = admin(broker)) {
      return admin
          .describeTopics(List.of(name))
          .allTopicNames()
          .get()
          .get(name)
          .partitions()
          .getFirst()
          .leader();
    }
  }

  private static Admin admin(KafkaBroker broker) {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
