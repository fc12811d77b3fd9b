package io.wideevents.kafka;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.config.TopicLayout;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs against a separate broker that creates missing topics, as brokers do by default. */
class TopicCreatorIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final KafkaBroker BROKER = KafkaBroker.startOwn();

  private final Admin admin = Admin.create(Map.of("bootstrap.servers", BROKER.bootstrapServers()));
  private final TopicLayout layout = layout(TestStack.uniqueName(TopicCreatorIT.class));
  private final TopicCreator topic = TopicCreator.of(layout);

  @AfterEach
  void close() {
    admin.close(Duration.ZERO);
  }

  @AfterAll
  static void closeBroker() {
    BROKER.close();
  }

  @Test
  void ensure_waitsForLeaders() throws Exception {
    topic.ensure(admin);

    assertThat(description().partitions())
        .hasSize(layout.partitions())
        .allSatisfy(partition -> assertThat(partition.leader()).isNotNull());
  }

  @Test
  void ensure_laysOutATopicThatCameBackWithTheBrokersDefaults() throws Exception {
    // Given a topic of ours that was deleted, and that a producer has asked for since
    topic.ensure(admin);
    delete();
    try (Producer<byte[], byte[]> producer = producer()) {
      await().atMost(BOUND).until(() -> !producer.partitionsFor(layout.name()).isEmpty());
    }
    assertThat(description().partitions()).hasSize(1);

    // When
    topic.ensure(admin);

    // Then
    await()
        .atMost(BOUND)
        .untilAsserted(
            () -> {
              assertThat(description().partitions()).hasSize(layout.partitions());
              for (var wanted : layout.configs().entrySet()) {
                assertThat(config(wanted.getKey())).isEqualTo(wanted.getValue());
              }
            });
  }

  @Test
  void ensure_keepsTheConfigsAndThePartitionsThatAnotherHasSet() throws Exception {
    // Given
    topic.ensure(admin);
    delete();
    admin
        .createTopics(
            List.of(
                new NewTopic(layout.name(), 1, (short) 1)
                    .configs(Map.of("retention.ms", "1234567"))))
        .all()
        .get();

    // When
    topic.ensure(admin);

    // Then
    // A broker that has not heard of the new topic yet describes the defaults.
    await()
        .atMost(BOUND)
        .untilAsserted(() -> assertThat(config("retention.ms")).isEqualTo("1234567"));
    assertThat(description().partitions()).hasSize(1);
  }

  @Test
  void ensureOfDeadLetters_takesWhatTheEventsTopicTakes() throws Exception {
    // Given
    admin
        .createTopics(
            List.of(
                new NewTopic(layout.name(), 1, (short) 1)
                    .configs(Map.of("max.message.bytes", "3000000"))))
        .all()
        .get();
    TopicLayout deadLetters = layout(layout.name() + ".dlq");

    // When
    boolean created = TopicCreator.ofDeadLetters(deadLetters, layout).ensure(admin);

    // Then
    assertThat(created).isTrue();
    assertThat(config(deadLetters.name(), "max.message.bytes")).isEqualTo("3065536");
  }

  private static TopicLayout layout(String name) {
    return new TopicLayout(
        name,
        3,
        TopicLayout.BROKER_DEFAULT,
        OptionalInt.empty(),
        Optional.of(Duration.ofDays(7)),
        TopicLayout.KAFKA_DEFAULT_MAX_MESSAGE_BYTES);
  }

  private void delete() throws Exception {
    admin.deleteTopics(List.of(layout.name())).all().get();
  }

  private TopicDescription description() throws ExecutionException, InterruptedException {
    try {
      return requireNonNull(
          admin.describeTopics(List.of(layout.name())).allTopicNames().get().get(layout.name()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException unknown) {
        throw new AssertionError("no topic", unknown);
      }
      throw e;
    }
  }

  private String config(String name) throws ExecutionException, InterruptedException {
    return config(layout.name(), name);
  }

  private String config(String topic, String name) throws ExecutionException, InterruptedException {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return requireNonNull(admin.describeConfigs(List.of(resource)).all().get().get(resource))
        .get(name)
        .value();
  }

  private static Producer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", BROKER.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
