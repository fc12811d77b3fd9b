package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class KafkaBrokerIT {
  @TempDir private Path directory;

  @Test
  void restart_keepsAddressAndDataAfterKill9() throws Exception {
    try (KafkaBroker broker = KafkaBroker.startOwn()) {
      // Given
      String address = broker.bootstrapServers();
      send(broker, "before");

      // When
      broker.kill9();
      broker.restart();

      // Then
      assertThat(broker.bootstrapServers()).isEqualTo(address);
      send(broker, "after");
      assertThat(readUntil(broker, "after")).containsExactly("before", "after");
    }
  }

  @Test
  void resume_letsAFrozenBrokerAnswer() throws Exception {
    try (KafkaBroker broker = KafkaBroker.startOwn()) {
      // Given
      broker.pause();

      // When
      assertThatThrownBy(() -> send(broker, "while frozen", Duration.ofSeconds(3)))
          .hasMessageContaining("TimeoutException");
      broker.resume();

      // Then
      send(broker, "thawed");
      assertThat(readUntil(broker, "thawed")).contains("thawed");
    }
  }

  @Test
  void close_keepsAGivenDirectoryAndALaterBrokerOnAnotherPortReadsIt() throws Exception {
    // Given
    BrokerSettings settings = BrokerSettings.DEFAULT.withDirectory(directory);
    try (KafkaBroker first = KafkaBroker.create(settings)) {
      first.start();
      send(first, "kept");
    }

    // When
    try (KafkaBroker second = KafkaBroker.create(settings)) {
      second.start();

      // Then
      assertThat(readUntil(second, "kept")).containsExactly("kept");
    }
  }

  @Test
  void start_tellsTheEndOfTheOutputWhenTheBrokerFails() {
    // Given
    BrokerSettings broken =
        BrokerSettings.DEFAULT.withProperties(Map.of("num.network.threads", "none"));
    try (KafkaBroker broker = KafkaBroker.create(broken)) {
      // When / Then
      assertThatThrownBy(broker::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ended with exit code")
          .hasMessageContaining("num.network.threads");
    }
  }

  @Test
  void close_deletesTemporaryData() {
    // Given
    KafkaBroker broker = KafkaBroker.startOwn();
    Path data = broker.directory();

    // When
    broker.close();

    // Then
    assertThat(Files.exists(data)).isFalse();
  }

  private static void send(KafkaBroker broker, String value) throws Exception {
    send(broker, value, Duration.ofSeconds(30));
  }

  private static void send(KafkaBroker broker, String value, Duration timeout) throws Exception {
    long millis = timeout.toMillis();
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "max.block.ms",
            Long.toString(millis),
            "request.timeout.ms",
            "2000",
            "delivery.timeout.ms",
            Long.toString(millis));
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("things", value)).get(2 * millis, TimeUnit.MILLISECONDS);
    }
  }

  private static List<String> readUntil(KafkaBroker broker, String last) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "group.id",
            "readers",
            "auto.offset.reset",
            "earliest");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of("things"));
      while (!values.contains(last)) {
        for (ConsumerRecord<String, String> found : consumer.poll(Duration.ofMillis(200))) {
          values.add(found.value());
        }
      }
    }
    return values;
  }
}
