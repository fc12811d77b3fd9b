package io.wideevents.toolbox.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * The progress of a consumer group in a topic.
 *
 * @param end records of the topic, over all partitions
 * @param committed those of them that the group has committed
 */
record GroupPosition(long end, long committed) {
  private static final int TIMEOUT_SECONDS = 30;

  boolean atRest() {
    return committed == end;
  }

  /**
   * Reads the progress from Kafka. Each of its requests blocks for 30 s at most.
   *
   * @throws IllegalStateException if Kafka does not answer
   */
  static GroupPosition of(Admin admin, String topic, String group) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    await(admin.describeTopics(List.of(topic)).allTopicNames())
        .values()
        .forEach(
            description ->
                description
                    .partitions()
                    .forEach(
                        partition ->
                            latest.put(
                                new TopicPartition(topic, partition.partition()),
                                OffsetSpec.latest())));
    Map<TopicPartition, OffsetAndMetadata> offsets =
        await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    long end = 0;
    long committed = 0;
    for (var entry : await(admin.listOffsets(latest).all()).entrySet()) {
      end += entry.getValue().offset();
      OffsetAndMetadata offset = offsets.get(entry.getKey());
      committed += offset == null ? 0 : offset.offset();
    }
    return new GroupPosition(end, committed);
  }

  private static <T> T await(KafkaFuture<T> answer) throws InterruptedException {
    try {
      return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka does not tell where the group is: " + e, e);
    }
  }
}
