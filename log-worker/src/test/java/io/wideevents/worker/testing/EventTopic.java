package io.wideevents.worker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** A topic of a real broker as a test sees it: puts records in, looks at offsets, reads it out. */
public final class EventTopic implements AutoCloseable {
  public static final int PARTITIONS = 6;

  private final String brokers;
  private final String name;
  private final Admin admin;
  private final Producer<byte[], byte[]> producer;

  private EventTopic(String brokers, String name) {
    this.brokers = brokers;
    this.name = name;
    this.admin = Admin.create(Map.of("bootstrap.servers", brokers));
    this.producer = producer(Map.of());
  }

  /** Creates the topic with six partitions. */
  public static EventTopic create(String brokers, String name) throws Exception {
    EventTopic topic = new EventTopic(brokers, name);
    topic.admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1))).all().get();
    // Only the leaders can tell offsets: from then on they take records.
    Awaitility.await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(topic.endOffsets()).hasSize(PARTITIONS));
    return topic;
  }

  /** A topic that the caller does not create. */
  public static EventTopic existing(String brokers, String name) {
    return new EventTopic(brokers, name);
  }

  public String name() {
    return name;
  }

  public Admin admin() {
    return admin;
  }

  /** A producer with further properties. */
  public Producer<byte[], byte[]> producer(Map<String, Object> properties) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put("bootstrap.servers", brokers);
    all.putIfAbsent("max.request.size", 16 << 20);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends events with numbers {@code from} to {@code to} (excluded) and waits for the acks. */
  public void sendEvents(int from, int to, Instant timestamp)
      throws ExecutionException, InterruptedException {
    List<byte[]> values = new ArrayList<>();
    for (int n = from; n < to; n++) {
      values.add(LogRecords.json(n, timestamp));
    }
    send(values);
  }

  /** Sends values and waits for the acks. */
  public void send(List<byte[]> values) throws ExecutionException, InterruptedException {
    List<Future<RecordMetadata>> acks = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      acks.add(
          producer.send(new ProducerRecord<>(name, ("key-" + i).getBytes(UTF_8), values.get(i))));
    }
    for (Future<RecordMetadata> ack : acks) {
      ack.get();
    }
  }

  /** Sends one record and waits for its ack. */
  public void send(ProducerRecord<byte[], byte[]> record)
      throws ExecutionException, InterruptedException {
    producer.send(record).get();
  }

  /** End offset by partition. */
  public Map<Integer, Long> endOffsets() throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (int p = 0; p < PARTITIONS; p++) {
      latest.put(new TopicPartition(name, p), OffsetSpec.latest());
    }
    Map<Integer, Long> ends = new HashMap<>();
    admin
        .listOffsets(latest)
        .all()
        .get()
        .forEach((partition, info) -> ends.put(partition.partition(), info.offset()));
    return ends;
  }

  /** What a group has committed, by partition. */
  public Map<Integer, Long> committed(String group)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    Map<Integer, Long> committed = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> {
          if (partition.topic().equals(name) && offset != null) {
            committed.put(partition.partition(), offset.offset());
          }
        });
    return committed;
  }

  /** Deletes the records of a partition below an offset, as retention would. */
  public void deleteBefore(int partition, long offset)
      throws ExecutionException, InterruptedException {
    admin
        .deleteRecords(
            Map.of(new TopicPartition(name, partition), RecordsToDelete.beforeOffset(offset)))
        .all()
        .get();
  }

  /** Everything in the topic. */
  public List<ConsumerRecord<byte[], byte[]>> readAll() {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(name).stream()
              .map(info -> new TopicPartition(name, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
    }
    return all;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
    admin.close(Duration.ofSeconds(1));
  }
}
