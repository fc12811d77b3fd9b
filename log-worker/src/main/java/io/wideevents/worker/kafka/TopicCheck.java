package io.wideevents.worker.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.AdminCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Compares the topics with their layouts. Changes nothing. */
final class TopicCheck {
  private final Admin admin;
  private final String brokers;

  /**
   * @param brokers bootstrap servers, as printed in the commands that an operator should run
   */
  TopicCheck(Admin admin, String brokers) {
    this.admin = admin;
    this.brokers = brokers;
  }

  /**
   * The differences; empty when there are none. Blocks for a few seconds at most.
   *
   * @throws KafkaException if Kafka does not answer
   */
  List<TopicDifference> differences(TopicLayout events, TopicLayout deadLetters) {
    List<TopicDifference> found = new ArrayList<>();
    Optional<Long> eventLimit = compare(events, found);
    Optional<Long> letterLimit = compare(deadLetters, found);
    if (eventLimit.isPresent() && letterLimit.isPresent()) {
      long needed = eventLimit.get() + TopicLayout.HEADROOM_BYTES;
      if (letterLimit.get() < needed) {
        found.add(
            differs(
                false,
                deadLetters,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                letterLimit.get(),
                "at least " + needed + ", so that every dead letter fits and none is cut to a stub",
                needed));
      }
    }
    return found;
  }

  /** Compares one topic; returns its size limit if it exists. */
  private Optional<Long> compare(TopicLayout layout, List<TopicDifference> found) {
    TopicDescription description;
    try {
      description =
          AdminCall.await(admin.describeTopics(List.of(layout.name())).allTopicNames())
              .get(layout.name());
    } catch (UnknownTopicOrPartitionException e) {
      description = null;
    }
    if (description == null) {
      found.add(
          new TopicDifference(
              true, "topic " + layout.name() + " does not exist", "run log-worker init"));
      return Optional.empty();
    }
    if (description.partitions().size() < layout.partitions()) {
      found.add(
          new TopicDifference(
              false,
              "topic %s has %d partitions, KAFKA_TOPIC_PARTITIONS is %d"
                  .formatted(layout.name(), description.partitions().size(), layout.partitions()),
              "kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %d"
                  .formatted(brokers, layout.name(), layout.partitions())));
    }
    return compareConfig(layout, found);
  }

  private Optional<Long> compareConfig(TopicLayout layout, List<TopicDifference> found) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, layout.name());
    Config config = AdminCall.await(admin.describeConfigs(List.of(resource)).all()).get(resource);
    if (config == null) {
      return Optional.empty();
    }
    Map<String, String> wanted = layout.configs();
    String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      found.add(
          differs(
              true,
              layout,
              TopicConfig.CLEANUP_POLICY_CONFIG,
              policy,
              "delete: compaction drops events that share a requestId",
              "delete"));
    }
    String retention = value(config, TopicConfig.RETENTION_MS_CONFIG);
    String wantedRetention = wanted.getOrDefault(TopicConfig.RETENTION_MS_CONFIG, retention);
    if (!retention.equals(wantedRetention)) {
      found.add(
          differs(
              false,
              layout,
              TopicConfig.RETENTION_MS_CONFIG,
              retention,
              wantedRetention,
              wantedRetention));
    }
    long limit = Long.parseLong(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
    if (limit < layout.maxMessageBytes()) {
      found.add(
          differs(
              true,
              layout,
              TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
              limit,
              "at least " + layout.maxMessageBytes() + ", for EVENT_MAX_BYTES",
              layout.maxMessageBytes()));
    }
    return Optional.of(limit);
  }

  private TopicDifference differs(
      boolean blocks, TopicLayout layout, String config, Object is, Object should, Object set) {
    return new TopicDifference(
        blocks,
        "topic %s has %s=%s; it should be %s".formatted(layout.name(), config, is, should),
        "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s"
                .formatted(brokers, layout.name())
            + " --add-config %s=%s".formatted(config, set));
  }

  private static String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    if (entry == null || entry.value() == null) {
      throw new KafkaException("the broker does not return " + name);
    }
    return entry.value();
  }
}
