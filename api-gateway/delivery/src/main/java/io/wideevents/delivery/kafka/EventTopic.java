package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the topic is there before the first record is sent: a producer asking for an
 * unknown topic would have the broker create it with defaults of its own. For one thread.
 */
final class EventTopic {
  private static final Logger log = LoggerFactory.getLogger(EventTopic.class);

  private static final Duration LEADERS_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private final TopicLayout layout;
  private @Nullable Uuid known;
  private boolean saidMayNotCreate;

  EventTopic(TopicLayout layout) {
    this.layout = layout;
  }

  /**
   * Looks for the topic and creates it when it is absent, until its partitions have leaders. One
   * that was deleted since the last look, and that a client's metadata request brought back with
   * the broker's defaults, is given our layout. Blocks for seconds.
   *
   * @throws ExecutionException if the topic is not there afterwards, with Kafka's reason as cause
   */
  void ensure(Admin admin) throws ExecutionException, InterruptedException {
    Optional<TopicDescription> found = find(admin);
    if (found.isEmpty()) {
      create(admin);
      found = awaitLeaders(admin);
    } else if (known != null && !found.get().topicId().equals(known)) {
      adopt(admin, found.get());
    }
    known = found.map(TopicDescription::topicId).orElse(known);
  }

  private Optional<TopicDescription> find(Admin admin)
      throws ExecutionException, InterruptedException {
    try {
      return Optional.ofNullable(
          admin.describeTopics(List.of(layout.name())).allTopicNames().get().get(layout.name()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The first events would wait for a leader, and be taken elsewhere. */
  private Optional<TopicDescription> awaitLeaders(Admin admin)
      throws ExecutionException, InterruptedException {
    Deadline deadline = Deadline.after(LEADERS_TIMEOUT);
    Optional<TopicDescription> found = find(admin);
    while (!found.filter(EventTopic::hasLeaders).isPresent() && !deadline.remaining().isZero()) {
      Thread.sleep(POLL_INTERVAL);
      found = find(admin);
    }
    return found;
  }

  private static boolean hasLeaders(TopicDescription topic) {
    return topic.partitions().stream()
        .allMatch(partition -> partition.leader() != null && !partition.leader().isEmpty());
  }

  private void adopt(Admin admin, TopicDescription found)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, layout.name());
    boolean laidOutBySomeone =
        admin.describeConfigs(List.of(resource)).all().get().values().stream()
            .flatMap(configs -> configs.entries().stream())
            .anyMatch(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    if (laidOutBySomeone) {
      log.atInfo().addKeyValue("topic", layout.name()).log("Topic was deleted and created anew");
      return;
    }
    List<AlterConfigOp> ours =
        layout.configs().entrySet().stream()
            .map(
                config ->
                    new AlterConfigOp(
                        new ConfigEntry(config.getKey(), config.getValue()),
                        AlterConfigOp.OpType.SET))
            .toList();
    admin.incrementalAlterConfigs(Map.of(resource, ours)).all().get();
    if (found.partitions().size() < layout.partitions()) {
      admin
          .createPartitions(Map.of(layout.name(), NewPartitions.increaseTo(layout.partitions())))
          .all()
          .get();
    }
    log.atWarn()
        .addKeyValue("topic", layout.name())
        .addKeyValue("partitions", Math.max(found.partitions().size(), layout.partitions()))
        .addKeyValue("configs", layout.configs())
        .log("Topic was deleted and came back with the broker's defaults; laid it out anew");
  }

  private void create(Admin admin) throws ExecutionException, InterruptedException {
    try {
      admin.createTopics(List.of(newTopic())).all().get();
      log.atInfo()
          .addKeyValue("topic", layout.name())
          .addKeyValue("partitions", layout.partitions())
          .log("Created topic");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return;
      }
      if (e.getCause() instanceof AuthorizationException && !saidMayNotCreate) {
        saidMayNotCreate = true;
        log.atWarn()
            .addKeyValue("topic", layout.name())
            .addKeyValue("partitions", layout.partitions())
            .addKeyValue("configs", layout.configs())
            .log("Topic is absent and must be created by someone with the right to");
      }
      throw e;
    }
  }

  private NewTopic newTopic() {
    Optional<Short> replication =
        layout.replication() == TopicLayout.BROKER_DEFAULT
            ? Optional.empty()
            : Optional.of(layout.replication());
    return new NewTopic(layout.name(), Optional.of(layout.partitions()), replication)
        .configs(layout.configs());
  }
}
