package io.wideevents.delivery.kafka;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.TestStack;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests the contract against a real broker. The test freezes and kills the broker, so no other test
 * uses it.
 */
class KafkaClientIT extends MqClientPortContract {
  private static final Duration CONNECT = Duration.ofSeconds(30);

  private static final KafkaBroker BROKER = KafkaBroker.startOwn();

  private final String topic = TestStack.uniqueName(KafkaClientIT.class);
  private final KafkaClient client =
      new KafkaClient(
          settings(BROKER.bootstrapServers(), topic),
          new ClosingTime(Duration.ofSeconds(30)),
          Timing.system());
  private boolean frozen;

  @AfterAll
  static void closeBroker() {
    BROKER.close();
  }

  @AfterEach
  void close() {
    if (frozen) {
      BROKER.resume();
    }
    client.close();
  }

  @Override
  protected MqClientPort client() {
    client.start();
    awaitConnection();
    return client;
  }

  @Override
  protected List<EventId> published() {
    return TopicReader.eventIds(BROKER.bootstrapServers(), topic);
  }

  @Override
  protected void fallSilent() {
    BROKER.pause();
    frozen = true;
  }

  @Override
  protected void goDown() {
    fallSilent();
  }

  @Test
  void start_createsTheTopicAsLaidOut() throws Exception {
    client();

    try (Admin admin = Admin.create(Map.of("bootstrap.servers", BROKER.bootstrapServers()))) {
      TopicDescription description =
          requireNonNull(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
      assertThat(description.partitions()).hasSize(3);
      assertThat(config(admin, "retention.ms")).isEqualTo("604800000");
      assertThat(config(admin, "max.message.bytes")).isEqualTo("1048588");
    }
  }

  @Test
  void log_worksWhenTheBrokerStartsLate() throws Exception {
    // Given
    BROKER.stop();
    client.start();
    List<DeliveryOutcome> early =
        client.log(List.of(StubEvent.numbered(1)), Deadline.after(Duration.ofSeconds(2))).get();
    assertThat(early).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);

    // When
    BROKER.start();

    // Then
    awaitConnection();
    List<DeliveryOutcome> late =
        client.log(List.of(StubEvent.numbered(2)), Deadline.after(Duration.ofSeconds(10))).get();
    assertThat(late).hasOnlyElementsOfType(DeliveryOutcome.Durable.class);
    assertThat(published()).containsExactly(StubEvent.numbered(2).id());
  }

  @Test
  void log_goesOnAfterTheBrokerWasKilled() throws Exception {
    // Given
    MqClientPort connected = client();
    BROKER.kill9();
    List<DeliveryOutcome> meanwhile =
        connected.log(List.of(StubEvent.numbered(1)), Deadline.after(Duration.ofSeconds(2))).get();
    assertThat(meanwhile).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);

    // When
    BROKER.start();

    // Then the same client, without a new start
    await()
        .atMost(CONNECT)
        .untilAsserted(
            () ->
                assertThat(
                        connected
                            .log(
                                List.of(StubEvent.numbered(2)),
                                Deadline.after(Duration.ofSeconds(5)))
                            .get())
                    .hasOnlyElementsOfType(DeliveryOutcome.Durable.class));
    assertThat(published()).contains(StubEvent.numbered(2).id());
  }

  private void awaitConnection() {
    await().atMost(CONNECT).untilAsserted(() -> assertThat(client.unavailability()).isEmpty());
  }

  private String config(Admin admin, String name) throws InterruptedException, ExecutionException {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return requireNonNull(admin.describeConfigs(List.of(resource)).all().get().get(resource))
        .get(name)
        .value();
  }

  static KafkaSettings settings(String brokers, String topic) {
    return new KafkaSettings(
        brokers,
        TestTopics.layout(topic),
        TestTopics.layout(topic + ".dlq"),
        KafkaSettings.DEFAULT_RETRIES,
        KafkaSettings.DEFAULT_LINGER,
        KafkaSettings.Compression.NONE,
        KafkaSettings.DEFAULT_BUFFER_BYTES,
        Map.of());
  }
}
