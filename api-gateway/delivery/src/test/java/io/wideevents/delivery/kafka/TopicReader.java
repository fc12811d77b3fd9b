package io.wideevents.delivery.kafka;

import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all there is in a topic. */
public final class TopicReader {
  private TopicReader() {}

  /** The records up to the topic's end of now. */
  public static List<ConsumerRecord<byte[], byte[]>> records(String brokers, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", brokers, "enable.auto.commit", "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      while (records.size() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  /** What the {@code event-id} headers say. */
  static List<EventId> eventIds(String brokers, String topic) {
    return records(brokers, topic).stream()
        .map(record -> record.headers().lastHeader(WireFormat.EVENT_ID_HEADER).value())
        .map(value -> EventId.parse(new String(value, StandardCharsets.US_ASCII)))
        .toList();
  }
}
