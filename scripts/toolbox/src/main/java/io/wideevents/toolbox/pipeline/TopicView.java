package io.wideevents.toolbox.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic and the groups that read it, as the broker reports them.
 *
 * <p>Every method may block for half a minute and fails with a {@link KafkaException} when the
 * broker does not answer. Safe for concurrent use. The caller closes this object.
 */
public final class TopicView implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final String brokers;
  private final String topic;
  private final Admin admin;

  public TopicView(String brokers, String topic) {
    this.brokers = brokers;
    this.topic = topic;
    this.admin = Admin.create(Map.of("bootstrap.servers", brokers));
  }

  /** Creates the topic; returns when its partitions accept records. */
  public void create(int partitions) {
    await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all());
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      try {
        if (ends().size() == partitions) {
          return;
        }
      } catch (KafkaException notYet) {
        if (System.nanoTime() - end > 0) {
          throw notYet;
        }
      }
    }
  }

  /** Deletes the topic with its records. */
  public void delete() {
    await(admin.deleteTopics(List.of(topic)).all());
  }

  /** The offset of the next record, by partition. */
  public Map<Integer, Long> ends() {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    await(admin.describeTopics(List.of(topic)).topicNameValues().get(topic))
        .partitions()
        .forEach(
            info -> latest.put(new TopicPartition(topic, info.partition()), OffsetSpec.latest()));
    Map<Integer, Long> ends = new TreeMap<>();
    await(admin.listOffsets(latest).all())
        .forEach((partition, info) -> ends.put(partition.partition(), info.offset()));
    return ends;
  }

  /** The sum of the end offsets of all partitions: every record since the topic was created. */
  public long total() {
    return ends().values().stream().mapToLong(Long::longValue).sum();
  }

  /** The committed offsets of a group, by partition; partitions without one are absent. */
  public Map<Integer, Long> committed(String group) {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    Map<Integer, Long> committed = new TreeMap<>();
    offsets.forEach(
        (partition, offset) -> {
          if (partition.topic().equals(topic) && offset != null) {
            committed.put(partition.partition(), offset.offset());
          }
        });
    return committed;
  }

  /** The lag of a group, in records. */
  public long lag(String group) {
    Map<Integer, Long> committed = committed(group);
    return ends().entrySet().stream()
        .mapToLong(end -> end.getValue() - committed.getOrDefault(end.getKey(), 0L))
        .sum();
  }

  /** A group's state and members. */
  public ConsumerGroupDescription group(String group) {
    return await(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
  }

  /** All records of the topic, in offset order within each partition. */
  public List<ConsumerRecord<byte[], byte[]>> all() {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", brokers),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> ends = new HashMap<>();
      ends().forEach((partition, end) -> ends.put(new TopicPartition(topic, partition), end));
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
    }
    return all;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }

  private static <T> T await(@Nullable KafkaFuture<T> future) {
    if (future == null) {
      throw new KafkaException("The broker left out what it was asked for");
    }
    try {
      return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("No answer within " + TIMEOUT, e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
