package io.wideevents.delivery.kafka;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.config.TopicLayout;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.TestStack;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs against a separate broker that creates missing topics, as brokers do by default. */
class GatewayProducersIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final KafkaBroker BROKER = KafkaBroker.startOwn();

  private final Admin admin = Admin.create(Map.of("bootstrap.servers", BROKER.bootstrapServers()));

  @AfterEach
  void close() {
    admin.close(Duration.ZERO);
  }

  @AfterAll
  static void closeBroker() {
    BROKER.close();
  }

  @Test
  void connection_looksAfterTheTopicWhileItsProducerIsInUse() throws Exception {
    // Given
    KafkaSettings settings =
        KafkaClientIT.settings(
            BROKER.bootstrapServers(), TestStack.uniqueName(GatewayProducersIT.class));
    TopicLayout layout = settings.topic();
    try (var connection =
        GatewayProducers.connection(
            GatewayProducers.ofEvents(settings),
            BROKER.bootstrapServers(),
            Timing.system(),
            Duration.ofMillis(200))) {
      connection.start();
      await().atMost(BOUND).until(() -> connection.producer().isPresent());

      // When
      admin.deleteTopics(List.of(layout.name())).all().get();

      // Then the topic has the layout of the settings, even if the broker created it
      var resource = new ConfigResource(ConfigResource.Type.TOPIC, layout.name());
      await()
          .atMost(BOUND)
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                assertThat(
                        requireNonNull(
                                admin
                                    .describeTopics(List.of(layout.name()))
                                    .allTopicNames()
                                    .get()
                                    .get(layout.name()))
                            .partitions())
                    .hasSize(layout.partitions());
                assertThat(
                        requireNonNull(
                                admin.describeConfigs(List.of(resource)).all().get().get(resource))
                            .get("retention.ms")
                            .value())
                    .isEqualTo(layout.configs().get("retention.ms"));
              });
    }
  }
}
