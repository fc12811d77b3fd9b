package io.wideevents.delivery.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.config.InvalidSettingsException;
import io.wideevents.config.KafkaCluster;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.spool.SpoolSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's clients accept every value that the settings accept. */
class ProducerSettingBoundsTest {
  private static final SettingsCatalogue<KafkaSettings> CATALOGUE =
      SettingsCatalogue.of("test", ProducerSettingBoundsTest::read);

  private static Supplier<KafkaSettings> read(SettingsReader settings) {
    Supplier<KafkaSettings> kafka = KafkaSettings.read(settings, KafkaCluster.read(settings));
    var unused = SpoolSettings.read(settings);
    return kafka;
  }

  @ParameterizedTest
  @MethodSource("corners")
  void clients_canBeMadeAtEveryCornerOfTheRanges(Map<String, String> environment) {
    // Given
    KafkaSettings settings = settings(environment);

    // When
    try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(GatewayProperties.producer(settings, settings.topic()));
        KafkaProducer<byte[], byte[]> letters =
            new KafkaProducer<>(GatewayProperties.producer(settings, settings.deadLetters()));
        Admin admin = Admin.create(GatewayProperties.admin(settings))) {
      // Then
      assertThat(admin).isNotNull();
      producer.close(Duration.ZERO);
      letters.close(Duration.ZERO);
      admin.close(Duration.ZERO);
    }
  }

  static List<Map<String, String>> corners() {
    List<Map<String, String>> corners = List.of(Map.of("KAFKA_BROKER", "127.0.0.1:1"));
    for (List<String> each :
        List.of(
            List.of("MQ_PUBLISH_RETRIES", "1", "100"),
            List.of("MQ_LINGER_MS", "0", "1000"),
            List.of("MQ_COMPRESSION", "none", "zstd"),
            List.of("EVENT_MAX_BYTES", "1KiB", "8MiB"))) {
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> corner : corners) {
        for (String value : each.subList(1, each.size())) {
          Map<String, String> next = new HashMap<>(corner);
          next.put(each.getFirst(), value);
          more.add(next);
        }
      }
      corners = more;
    }
    return corners;
  }

  @Test
  void retries_ofZeroAreRefusedAtStart() {
    assertThatThrownBy(() -> settings(Map.of("MQ_PUBLISH_RETRIES", "0")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("MQ_PUBLISH_RETRIES=0 is outside 1 to 100");
  }

  @ParameterizedTest
  @CsvSource({
    "KAFKA_CLIENT_SECURITY_PROTOCOL, TLS",
    "KAFKA_CLIENT_RETRY_BACKOFF_MS, -1",
    "KAFKA_CLIENT_METADATA_MAX_IDLE_MS, 1",
    "KAFKA_CLIENT_BATCH_SIZE, 128MiB",
    "KAFKA_CLIENT_BATCH_SIZE, 134217728",
    "KAFKA_CLIENT_SSL_ENGINE_FACTORY_CLASS, org.example.Absent",
    "KAFKA_CLIENT_CLIENT_DNS_LOOKUP, default",
    "KAFKA_CLIENT_SEND_BUFFER_BYTES, 9999999999"
  })
  void clientProperties_thatKafkaRefusesAreRefusedAtStart(String name, String value) {
    assertThatThrownBy(() -> settings(Map.of(name, value)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(name + " cannot be used: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"__consumer_offsets", "__transaction_state", ".", "..", "a/b", ""})
  void topicNames_thatKafkaRefusesAreRefused(String name) {
    String flag = name.isEmpty() ? " " : name;
    assertThatThrownBy(() -> CATALOGUE.resolve(Map.of("--topic", flag), Map.of()))
        .isInstanceOf(InvalidSettingsException.class);
  }

  @Test
  void topicNames_thatCollideInKafkaAreRefused() {
    assertThatThrownBy(
            () -> settings(Map.of("KAFKA_LOG_TOPIC", "log_events", "MQ_DLQ_TOPIC", "log.events")))
        .hasMessageContaining("differs from KAFKA_LOG_TOPIC=log_events in . and _ only");
  }

  @ParameterizedTest
  @CsvSource({"MQ_BUFFER_BYTES, 8MiB", "SPOOL_MAX_BYTES, 16MiB"})
  void sizes_holdTheLargestEvent(String name, String tooSmall) {
    assertThatThrownBy(() -> settings(Map.of("EVENT_MAX_BYTES", "8MiB", name, tooSmall)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(name + "=" + tooSmall);
  }

  private static KafkaSettings settings(Map<String, String> environment) {
    return CATALOGUE.resolve(Map.of(), environment).settings();
  }
}
