package io.wideevents.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.TopicLayout;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every property of the worker's Kafka clients, so that none changes by accident. */
class WorkerPropertiesTest {
  private static final int KIBIBYTE = 1024;

  @Test
  void consumer_pollsManySmallEvents() {
    assertThat(maxPollRecords(256 * KIBIBYTE)).isEqualTo(250);
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 256 * KIBIBYTE, 1024 * KIBIBYTE, 8 * 1024 * KIBIBYTE})
  void consumer_pollsNoMoreThanTheMemoryOfTheDefaultLimit(int maxEventBytes) {
    assertThat((long) maxPollRecords(maxEventBytes) * maxEventBytes)
        .isBetween(1L, 64L * 1024 * KIBIBYTE);
  }

  @Test
  void consumer_hasTheseProperties() {
    assertThat(text(properties(GroupProtocol.CLASSIC, Map.of()).consumer()))
        .isEqualTo(
            """
            allow.auto.create.topics=false
            auto.offset.reset=none
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            check.crcs=true
            client.id=log-worker
            default.api.timeout.ms=10000
            enable.auto.commit=false
            fetch.max.bytes=16777216
            fetch.max.wait.ms=1000
            group.id=workers
            group.protocol=classic
            heartbeat.interval.ms=3000
            isolation.level=read_committed
            max.partition.fetch.bytes=1048576
            max.poll.records=250
            metadata.max.age.ms=60000
            partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor
            request.timeout.ms=10000
            session.timeout.ms=15000
            """);
    assertThat(text(properties(GroupProtocol.CONSUMER, Map.of()).consumer()))
        .isEqualTo(
            """
            allow.auto.create.topics=false
            auto.offset.reset=none
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            check.crcs=true
            client.id=log-worker
            default.api.timeout.ms=10000
            enable.auto.commit=false
            fetch.max.bytes=16777216
            fetch.max.wait.ms=1000
            group.id=workers
            group.protocol=consumer
            isolation.level=read_committed
            max.partition.fetch.bytes=1048576
            max.poll.records=250
            metadata.max.age.ms=60000
            request.timeout.ms=10000
            """);
  }

  @Test
  void reader_hasTheseProperties() {
    assertThat(text(properties(GroupProtocol.CONSUMER, Map.of()).reader("replays")))
        .isEqualTo(
            """
            allow.auto.create.topics=false
            auto.offset.reset=none
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            check.crcs=true
            client.id=log-worker
            default.api.timeout.ms=10000
            enable.auto.commit=false
            fetch.max.bytes=16777216
            group.id=replays
            group.protocol=classic
            isolation.level=read_committed
            max.partition.fetch.bytes=1048576
            max.poll.records=250
            metadata.max.age.ms=60000
            request.timeout.ms=10000
            """);
    assertThat(text(properties(GroupProtocol.CLASSIC, Map.of()).reader("replays")))
        .isEqualTo(
            """
            allow.auto.create.topics=false
            auto.offset.reset=none
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            check.crcs=true
            client.id=log-worker
            default.api.timeout.ms=10000
            enable.auto.commit=false
            fetch.max.bytes=16777216
            group.id=replays
            group.protocol=classic
            heartbeat.interval.ms=3000
            isolation.level=read_committed
            max.partition.fetch.bytes=1048576
            max.poll.records=250
            metadata.max.age.ms=60000
            request.timeout.ms=10000
            session.timeout.ms=15000
            """);
  }

  @Test
  void producer_hasTheseProperties() {
    assertThat(text(properties(GroupProtocol.CLASSIC, Map.of()).producer()))
        .isEqualTo(
            """
            acks=all
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            buffer.memory=33554432
            client.id=log-worker
            compression.type=zstd
            delivery.timeout.ms=20000
            enable.idempotence=true
            key.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            max.block.ms=5000
            max.request.size=25165824
            metadata.max.age.ms=60000
            metadata.max.idle.ms=5000
            request.timeout.ms=5000
            value.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            """);
  }

  @Test
  void admin_hasTheseProperties() {
    assertThat(text(properties(GroupProtocol.CLASSIC, Map.of()).admin()))
        .isEqualTo(
            """
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            client.id=log-worker
            default.api.timeout.ms=5000
            metadata.max.age.ms=60000
            request.timeout.ms=3000
            """);
  }

  @Test
  void passedThrough_isOverruledWhereThePromiseRestsOnIt() {
    WorkerProperties properties =
        properties(
            GroupProtocol.CLASSIC,
            Map.of(
                "client.id", "mine",
                "security.protocol", "SSL",
                "metadata.max.age.ms", "7000",
                "reconnect.backoff.max.ms", "9000",
                "session.timeout.ms", "20000",
                "fetch.max.bytes", "1000000",
                "compression.type", "gzip",
                "batch.size", "1000",
                "acks", "0",
                "bootstrap.servers", "elsewhere:1"));
    assertThat(text(properties.consumer()))
        .isEqualTo(
            """
            acks=0
            allow.auto.create.topics=false
            auto.offset.reset=none
            batch.size=1000
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            check.crcs=true
            client.id=mine
            compression.type=gzip
            default.api.timeout.ms=10000
            enable.auto.commit=false
            fetch.max.bytes=1000000
            fetch.max.wait.ms=1000
            group.id=workers
            group.protocol=classic
            heartbeat.interval.ms=3000
            isolation.level=read_committed
            max.partition.fetch.bytes=1048576
            max.poll.records=250
            metadata.max.age.ms=7000
            partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor
            reconnect.backoff.max.ms=9000
            request.timeout.ms=10000
            security.protocol=SSL
            session.timeout.ms=20000
            """);
    assertThat(text(properties.producer()))
        .isEqualTo(
            """
            acks=all
            batch.size=1000
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            buffer.memory=33554432
            client.id=mine
            compression.type=gzip
            delivery.timeout.ms=20000
            enable.idempotence=true
            fetch.max.bytes=1000000
            key.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            max.block.ms=5000
            max.request.size=25165824
            metadata.max.age.ms=7000
            metadata.max.idle.ms=5000
            reconnect.backoff.max.ms=9000
            request.timeout.ms=5000
            security.protocol=SSL
            session.timeout.ms=20000
            value.serializer=class org.apache.kafka.common.serialization.ByteArraySerializer
            """);
    assertThat(text(properties.admin()))
        .isEqualTo(
            """
            acks=0
            batch.size=1000
            bootstrap.servers=kafka-1:9092,kafka-2:9092
            client.id=mine
            compression.type=gzip
            default.api.timeout.ms=5000
            fetch.max.bytes=1000000
            metadata.max.age.ms=7000
            reconnect.backoff.max.ms=9000
            request.timeout.ms=3000
            security.protocol=SSL
            session.timeout.ms=20000
            """);
  }

  private static int maxPollRecords(int maxEventBytes) {
    return (int)
        new WorkerProperties(settings(GroupProtocol.CLASSIC, Map.of(), maxEventBytes))
            .consumer()
            .get("max.poll.records");
  }

  private static WorkerProperties properties(GroupProtocol protocol, Map<String, String> client) {
    return new WorkerProperties(settings(protocol, client, 256 * KIBIBYTE));
  }

  private static WorkerKafkaSettings settings(
      GroupProtocol protocol, Map<String, String> client, int maxEventBytes) {
    return new WorkerKafkaSettings(
        "kafka-1:9092,kafka-2:9092",
        "workers",
        protocol,
        client,
        maxEventBytes,
        topic("log-events"),
        topic("log-events.dlq"));
  }

  private static String text(Map<String, Object> properties) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(properties)
        .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }

  private static TopicLayout topic(String name) {
    return new TopicLayout(
        name, 6, (short) 1, OptionalInt.empty(), Optional.empty(), 1024 * KIBIBYTE);
  }
}
