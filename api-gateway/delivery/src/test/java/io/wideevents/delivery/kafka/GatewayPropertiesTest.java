package io.wideevents.delivery.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every property of the gateway's Kafka clients, so that none changes by accident. */
class GatewayPropertiesTest {
  @Test
  void producer_hasTheseProperties() {
    assertThat(text(GatewayProperties.producer(settings(Map.of()), topic("log-events", 2_000_000))))
        .isEqualTo(
            """
            acks=all
            batch.size=65536
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            buffer.memory=12345678
            client.id=api-gateway
            compression.type=lz4
            delivery.timeout.ms=5030
            enable.idempotence=true
            key.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            linger.ms=30
            max.block.ms=500
            max.in.flight.requests.per.connection=1
            max.request.size=2000000
            reconnect.backoff.max.ms=1000
            request.timeout.ms=2000
            retries=7
            socket.connection.setup.timeout.ms=2000
            value.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            """);
  }

  @Test
  void admin_hasTheseProperties() {
    assertThat(text(GatewayProperties.admin(settings(Map.of()))))
        .isEqualTo(
            """
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            client.id=api-gateway
            default.api.timeout.ms=5000
            reconnect.backoff.max.ms=1000
            request.timeout.ms=2000
            socket.connection.setup.timeout.ms=2000
            """);
  }

  @Test
  void passedThrough_isOverruledWhereThePromiseRestsOnIt() {
    assertThat(text(GatewayProperties.admin(settings(PASSED_THROUGH))))
        .isEqualTo(
            """
            acks=0
            batch.size=1000
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            client.id=mine
            compression.type=gzip
            default.api.timeout.ms=5000
            metadata.max.age.ms=7000
            reconnect.backoff.max.ms=1000
            request.timeout.ms=2000
            security.protocol=SSL
            socket.connection.setup.timeout.ms=2000
            """);
    assertThat(text(GatewayProperties.producer(settings(PASSED_THROUGH), topic("dead", 3_000_000))))
        .isEqualTo(
            """
            acks=all
            batch.size=1000
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            buffer.memory=12345678
            client.id=mine
            compression.type=lz4
            delivery.timeout.ms=5030
            enable.idempotence=true
            key.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            linger.ms=30
            max.block.ms=500
            max.in.flight.requests.per.connection=1
            max.request.size=3000000
            metadata.max.age.ms=7000
            reconnect.backoff.max.ms=1000
            request.timeout.ms=2000
            retries=7
            security.protocol=SSL
            socket.connection.setup.timeout.ms=2000
            value.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            """);
  }

  private static final Map<String, String> PASSED_THROUGH =
      Map.of(
          "client.id", "mine",
          "security.protocol", "SSL",
          "metadata.max.age.ms", "7000",
          "reconnect.backoff.max.ms", "9000",
          "socket.connection.setup.timeout.ms", "9000",
          "compression.type", "gzip",
          "batch.size", "1000",
          "acks", "0",
          "bootstrap.servers", "elsewhere:1");

  private static KafkaSettings settings(Map<String, String> passedThrough) {
    return new KafkaSettings(
        "kafka-1:9092,kafka-2:9092",
        topic("log-events", 2_000_000),
        topic("log-events.dlq", 3_000_000),
        7,
        Duration.ofMillis(30),
        KafkaSettings.Compression.LZ4,
        12_345_678,
        passedThrough);
  }

  private static TopicLayout topic(String name, int maxMessageBytes) {
    return new TopicLayout(
        name, 6, (short) 1, OptionalInt.empty(), Optional.empty(), maxMessageBytes);
  }

  private static String text(Map<String, Object> properties) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(properties)
        .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }
}
