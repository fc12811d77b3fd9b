package io.wideevents.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads where the logs of a topic begin and end. The workers read committed records only, so
 * records of an open transaction do not count. Each method blocks for a few seconds at most.
 */
public final class TopicOffsets {
  private TopicOffsets() {}

  /**
   * The partitions of the topic.
   *
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if the topic does not
   *     exist
   * @throws KafkaException if Kafka does not answer
   */
  public static TopicDescription describe(Admin admin, String topic) {
    return AdminCall.about(
        topic, AdminCall.await(admin.describeTopics(List.of(topic)).allTopicNames()));
  }

  /**
   * The first offset in the log of each partition.
   *
   * @throws KafkaException if Kafka does not answer
   */
  public static Map<TopicPartition, Long> starts(Admin admin, TopicDescription topic) {
    return list(admin, topic, OffsetSpec.earliest());
  }

  /**
   * The offset that the next committed record of each partition gets.
   *
   * @throws KafkaException if Kafka does not answer
   */
  public static Map<TopicPartition, Long> ends(Admin admin, TopicDescription topic) {
    return list(admin, topic, OffsetSpec.latest());
  }

  private static Map<TopicPartition, Long> list(
      Admin admin, TopicDescription topic, OffsetSpec which) {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    topic
        .partitions()
        .forEach(info -> request.put(new TopicPartition(topic.name(), info.partition()), which));
    ListOffsetsOptions committedOnly = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> offsets = new HashMap<>();
    AdminCall.await(admin.listOffsets(request, committedOnly).all())
        .forEach((partition, answer) -> offsets.put(partition, answer.offset()));
    return offsets;
  }
}
