package io.wideevents.toolbox.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The content of the dead-letter topic.
 *
 * @param ids of the events in it
 * @param recordsByReason all its records, including those without an event id
 */
record DeadLetters(IdSet ids, Map<String, Long> recordsByReason) {
  private static final Duration POLL = Duration.ofMillis(500);

  DeadLetters {
    recordsByReason = Map.copyOf(recordsByReason);
  }

  /** Reads the topic to its end. */
  static DeadLetters read(String bootstrapServers, String topic) {
    IdSet ids = new IdSet();
    Map<String, Long> reasons = new TreeMap<>();
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrapServers, "allow.auto.create.topics", "false");
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(POLL)) {
          reasons.merge(header(letter, DeadLetterFormat.REASON).orElse("none"), 1L, Long::sum);
          header(letter, WireFormat.EVENT_ID_HEADER)
              .ifPresent(id -> ids.add(EventId.parse(id).value()));
        }
      }
    }
    return new DeadLetters(ids, reasons);
  }

  private static Optional<String> header(ConsumerRecord<byte[], byte[]> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    return Optional.ofNullable(header).map(found -> new String(found.value(), UTF_8));
  }
}
