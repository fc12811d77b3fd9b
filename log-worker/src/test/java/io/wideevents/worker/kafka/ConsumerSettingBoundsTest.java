package io.wideevents.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.config.InvalidSettingsException;
import io.wideevents.worker.config.WorkerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Kafka's clients accept every value that the settings accept. */
class ConsumerSettingBoundsTest {

  @ParameterizedTest
  @MethodSource("corners")
  void clients_canBeMadeAtEveryCornerOfTheRanges(Map<String, String> environment) {
    // Given
    WorkerProperties properties = new WorkerProperties(settings(environment));

    // When
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            properties.producer(), new ByteArraySerializer(), new ByteArraySerializer());
    Admin admin = Admin.create(properties.admin());

    // Then
    assertThat(properties.maxPollRecords()).isPositive();
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    producer.close(Duration.ZERO);
    admin.close(Duration.ZERO);
  }

  static List<Map<String, String>> corners() {
    List<Map<String, String>> corners = new ArrayList<>();
    for (String protocol : List.of("classic", "consumer")) {
      for (String bytes : List.of("1KiB", "8MiB")) {
        for (String group : List.of("g", "g".repeat(249))) {
          Map<String, String> corner = new HashMap<>();
          corner.put("KAFKA_BROKER", "127.0.0.1:1");
          corner.put("KAFKA_GROUP_PROTOCOL", protocol);
          corner.put("EVENT_MAX_BYTES", bytes);
          corner.put("KAFKA_CONSUMER_GROUP", group);
          corners.add(corner);
        }
      }
    }
    return corners;
  }

  @ParameterizedTest
  @CsvSource({
    "KAFKA_CLIENT_SECURITY_PROTOCOL, TLS",
    "KAFKA_CLIENT_HEARTBEAT_INTERVAL_MS, 20000",
    "KAFKA_CLIENT_SESSION_TIMEOUT_MS, 1000",
    "KAFKA_CLIENT_FETCH_MAX_BYTES, -1",
    "KAFKA_CLIENT_BATCH_SIZE, 134217728",
    "KAFKA_CLIENT_MAX_PARTITION_FETCH_BYTES, lots"
  })
  void clientProperties_thatKafkaRefusesAreRefusedAtStart(String name, String value) {
    assertThatThrownBy(() -> settings(Map.of(name, value)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("KAFKA_CLIENT_");
  }

  @ParameterizedTest
  @CsvSource({"KAFKA_CLIENT_SESSION_TIMEOUT_MS, 10000", "KAFKA_CLIENT_HEARTBEAT_INTERVAL_MS, 2000"})
  void timesOfTheClassicProtocol_areRefusedWithTheOther(String name, String value) {
    assertThat(settings(Map.of(name, value)).client()).hasSize(1);
    assertThatThrownBy(() -> settings(Map.of(name, value, "KAFKA_GROUP_PROTOCOL", "consumer")))
        .hasMessageContaining(name);
  }

  private static WorkerKafkaSettings settings(Map<String, String> environment) {
    return WorkerSettings.CATALOGUE.resolve(Map.of(), environment).settings().kafka();
  }
}
