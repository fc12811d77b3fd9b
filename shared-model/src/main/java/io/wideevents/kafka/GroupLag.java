package io.wideevents.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * The lag of a consumer group in a topic. Immutable.
 *
 * @param state the group's state as Kafka names it, {@code none} when the group does not exist
 * @param members number of workers in the group
 * @param partitions in order of their numbers
 */
public record GroupLag(String state, int members, List<PartitionLag> partitions) {
  public GroupLag {
    partitions = List.copyOf(partitions);
  }

  /**
   * The lag of one partition.
   *
   * @param start the first offset in the log
   * @param committed the committed offset; empty when the group has not committed one
   * @param end the offset that the next record gets
   * @param recreated whether the topic was deleted and created again since the commit, so that the
   *     committed offset does not belong to this log
   */
  public record PartitionLag(
      int partition, long start, OptionalLong committed, long end, boolean recreated) {
    /** Records that are not committed; gaps in offsets count as well. */
    public long lag() {
      return end - firstPending();
    }

    /**
     * The first offset that is not committed. If the log was truncated below the committed offset,
     * or belongs to another topic, this is the start of the log, because the workers read the log
     * again from there.
     */
    public long firstPending() {
      long from = recreated ? start : committed.orElse(start);
      return from > end ? start : Math.max(start, from);
    }

    /**
     * Records that retention deleted before the group read them. Without a committed offset of this
     * log, all records before the log's start count, as they do in the workers' metric.
     */
    public long lost() {
      return Math.max(0, start - (recreated ? 0 : committed.orElse(0)));
    }
  }

  public long total() {
    return partitions.stream().mapToLong(PartitionLag::lag).sum();
  }

  /** Whether the topic was deleted and created again since the group's last commit. */
  public boolean recreated() {
    return partitions.stream().anyMatch(PartitionLag::recreated);
  }

  /**
   * Reads the lag from Kafka. Blocks for a few seconds at most.
   *
   * @throws KafkaException if Kafka does not answer, or the topic does not exist
   */
  public static GroupLag of(Admin admin, String topic, String group) {
    TopicDescription description = TopicOffsets.describe(admin, topic);
    Map<TopicPartition, Long> starts = TopicOffsets.starts(admin, description);
    // The ends are read last. Otherwise a worker that commits in between would seem to be past the
    // end.
    Map<TopicPartition, OffsetAndMetadata> committed = committed(admin, group);
    Map<TopicPartition, Long> ends = TopicOffsets.ends(admin, description);
    Map<Integer, PartitionLag> partitions = new TreeMap<>();
    starts.forEach(
        (partition, start) -> {
          OffsetAndMetadata offset = committed.get(partition);
          partitions.put(
              partition.partition(),
              new PartitionLag(
                  partition.partition(),
                  start,
                  offset == null ? OptionalLong.empty() : OptionalLong.of(offset.offset()),
                  AdminCall.about(partition, ends),
                  offset != null
                      && CommitMetadata.differ(
                          CommitMetadata.topicId(offset.metadata()), description.topicId())));
        });
    return describe(admin, group, new ArrayList<>(partitions.values()));
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
    try {
      return AdminCall.await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    } catch (GroupIdNotFoundException e) {
      return Map.of(); // the group does not exist
    }
  }

  private static GroupLag describe(Admin admin, String group, List<PartitionLag> partitions) {
    try {
      ConsumerGroupDescription description =
          AdminCall.about(
              group, AdminCall.await(admin.describeConsumerGroups(List.of(group)).all()));
      return new GroupLag(
          description.groupState().toString(), description.members().size(), partitions);
    } catch (GroupIdNotFoundException e) {
      return new GroupLag("none", 0, partitions);
    }
  }
}
