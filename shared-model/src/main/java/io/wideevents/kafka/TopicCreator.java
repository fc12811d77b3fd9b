package io.wideevents.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates a topic with our layout if it is absent. This must happen before any send or
 * subscription, because the metadata request of a client would create the topic with the broker's
 * defaults.
 *
 * <p>Each method blocks for seconds, and fails with a {@link KafkaException} if Kafka does not
 * answer. Safe for concurrent use; concurrent calls run one after the other.
 */
public final class TopicCreator {
  private static final Logger log = LoggerFactory.getLogger(TopicCreator.class);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final TopicLayout layout;
  private final ConfigResource resource;
  private final Optional<TopicLayout> source;

  // The id of the topic at the last check. A topic that is deleted and created again has another
  // id.
  private @Nullable Uuid lastId;
  private boolean mayNotCreate;
  private boolean mayNotDescribe;

  private TopicCreator(TopicLayout layout, Optional<TopicLayout> source) {
    this.layout = layout;
    this.resource = new ConfigResource(ConfigResource.Type.TOPIC, layout.name());
    this.source = source;
  }

  /** For the events' topic. */
  public static TopicCreator of(TopicLayout layout) {
    return new TopicCreator(layout, Optional.empty());
  }

  /**
   * For a dead-letter topic. A dead letter is a record of the events' topic with more headers, so
   * the dead-letter topic accepts the maximum size of the events' topic plus {@link
   * TopicLayout#HEADROOM_BYTES}.
   */
  public static TopicCreator ofDeadLetters(TopicLayout deadLetters, TopicLayout events) {
    return new TopicCreator(deadLetters, Optional.of(events));
  }

  /** The name of the topic. */
  public String name() {
    return layout.name();
  }

  /** Whether the topic exists; also true when this process may not describe it. */
  public synchronized boolean exists(Admin admin) {
    try {
      boolean found = find(admin).isPresent();
      mayNotDescribe = false;
      return found;
    } catch (AuthorizationException e) {
      // Kafka gives this answer also for a topic that does not exist; reading or writing will show
      // whether it exists.
      if (!mayNotDescribe) {
        mayNotDescribe = true;
        log.atWarn()
            .addKeyValue("topic", layout.name())
            .log(
                "Not authorised to look at a topic; it must exist, and Describe should be granted");
      }
      return true;
    }
  }

  /**
   * Creates the topic when it is absent, and waits until its partitions have leaders.
   *
   * @return whether this call created it
   * @throws TopicAuthorizationException if the topic is absent and this process may not create it;
   *     the message says how to create it
   * @throws KafkaException if Kafka does not answer, or a partition has no leader after seconds
   */
  public synchronized boolean createWhenAbsent(Admin admin) {
    if (exists(admin)) {
      mayNotCreate = false;
      return false;
    }
    boolean created = create(admin);
    lastId = awaitLeaders(admin).topicId();
    mayNotCreate = false;
    return created;
  }

  /**
   * As {@link #createWhenAbsent}. Also restores the layout of a topic that was deleted and created
   * again since the last call. A client's metadata request may have created that topic with the
   * broker's defaults. Keeps each config that was set for the new topic. Adds partitions only if no
   * config was set.
   */
  public synchronized boolean ensure(Admin admin) {
    boolean created = createWhenAbsent(admin);
    if (!created && !mayNotDescribe) {
      Optional<TopicDescription> found = find(admin);
      if (found.isPresent()) {
        Uuid id = found.get().topicId();
        if (lastId != null && !lastId.equals(id)) {
          restore(admin, found.get());
        }
        lastId = id;
      }
    }
    return created;
  }

  private Optional<TopicDescription> find(Admin admin) {
    try {
      return Optional.ofNullable(
          AdminCall.await(admin.describeTopics(List.of(layout.name())).allTopicNames())
              .get(layout.name()));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  private boolean create(Admin admin) {
    Map<String, String> configs = configs(admin);
    Optional<Short> replication =
        layout.replication() == TopicLayout.BROKER_DEFAULT
            ? Optional.empty()
            : Optional.of(layout.replication());
    NewTopic topic =
        new NewTopic(layout.name(), Optional.of(layout.partitions()), replication).configs(configs);
    try {
      AdminCall.await(admin.createTopics(List.of(topic)).all());
    } catch (TopicExistsException e) {
      log.atDebug().addKeyValue("topic", layout.name()).log("Another process created the topic");
      return false;
    } catch (AuthorizationException e) {
      if (!mayNotCreate) {
        mayNotCreate = true;
        log.atWarn()
            .addKeyValue("topic", layout.name())
            .addKeyValue("partitions", layout.partitions())
            .addKeyValue("configs", configs)
            .log("Topic is absent and must be created by someone with the right to");
      }
      // Without a cause, because the clients' log lines show the message of the innermost one.
      throw new TopicAuthorizationException(
          "Topic %s does not exist and this process may not create it; create it with %d partitions and %s"
              .formatted(layout.name(), layout.partitions(), configs));
    }
    log.atInfo()
        .addKeyValue("topic", layout.name())
        .addKeyValue("partitions", layout.partitions())
        .log("Created topic");
    return true;
  }

  /**
   * Waits until the leader of each partition answers. Otherwise a producer's first batch may be
   * rejected and its second accepted, and the first can then never be written.
   */
  private TopicDescription awaitLeaders(Admin admin) {
    Deadline deadline = Deadline.after(AdminCall.TIMEOUT);
    while (true) {
      try {
        TopicDescription found =
            AdminCall.about(
                layout.name(),
                AdminCall.await(admin.describeTopics(List.of(layout.name())).allTopicNames()));
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (TopicPartitionInfo partition : found.partitions()) {
          partitions.put(
              new TopicPartition(layout.name(), partition.partition()), OffsetSpec.latest());
        }
        AdminCall.await(admin.listOffsets(partitions).all());
        return found;
      } catch (UnknownTopicOrPartitionException e) {
        // The controller knows the topic before its brokers do.
        if (deadline.remaining().isZero()) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
    }
  }

  private void restore(Admin admin, TopicDescription found) {
    Map<String, String> missing = configs(admin);
    try {
      Set<String> set = configsSet(admin);
      missing.keySet().removeAll(set);
      if (missing.isEmpty()) {
        log.atInfo()
            .addKeyValue("topic", layout.name())
            .log("The topic was deleted and created again, with all of its configs");
        return;
      }
      // Partitions are added first, because the configs set below show the next call that this step
      // was done.
      int partitions = found.partitions().size();
      if (set.isEmpty() && partitions < layout.partitions()) {
        addPartitions(admin);
        partitions = layout.partitions();
      }
      AdminCall.await(admin.incrementalAlterConfigs(Map.of(resource, sets(missing))).all());
      log.atWarn()
          .addKeyValue("topic", layout.name())
          .addKeyValue("partitions", partitions)
          .addKeyValue("configs", missing)
          .log("The topic was deleted and created again without our configs; set them");
    } catch (AuthorizationException e) {
      log.atWarn()
          .addKeyValue("topic", layout.name())
          .addKeyValue("partitions", layout.partitions())
          .addKeyValue("configs", missing)
          .log(
              "The topic was deleted and created again, and this process may not change it; set"
                  + " these configs, or its records are deleted after the broker's retention");
    }
  }

  private void addPartitions(Admin admin) {
    try {
      AdminCall.await(
          admin
              .createPartitions(
                  Map.of(layout.name(), NewPartitions.increaseTo(layout.partitions())))
              .all());
    } catch (InvalidPartitionsException e) {
      log.atDebug()
          .addKeyValue("topic", layout.name())
          .addKeyValue("error", e)
          .log("Another process added the partitions");
    }
  }

  /** The names of the configs that are set for the topic itself. */
  private Set<String> configsSet(Admin admin) {
    return AdminCall.about(
            resource, AdminCall.await(admin.describeConfigs(List.of(resource)).all()))
        .entries()
        .stream()
        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .map(ConfigEntry::name)
        .collect(Collectors.toSet());
  }

  private static List<AlterConfigOp> sets(Map<String, String> configs) {
    return configs.entrySet().stream()
        .map(
            config ->
                new AlterConfigOp(
                    new ConfigEntry(config.getKey(), config.getValue()), AlterConfigOp.OpType.SET))
        .toList();
  }

  private Map<String, String> configs(Admin admin) {
    Map<String, String> configs = new HashMap<>(layout.configs());
    int bytes =
        source
            .flatMap(events -> maxMessageBytes(admin, events.name()))
            .map(taken -> Math.max(layout.maxMessageBytes(), taken + TopicLayout.HEADROOM_BYTES))
            .orElse(layout.maxMessageBytes());
    configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes));
    return configs;
  }

  private static Optional<Integer> maxMessageBytes(Admin admin, String topic) {
    ConfigResource events = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return Optional.ofNullable(
              AdminCall.await(admin.describeConfigs(List.of(events)).all()).get(events))
          .map(config -> config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
          .map(ConfigEntry::value)
          .map(Integer::valueOf);
    } catch (AuthorizationException | UnknownTopicOrPartitionException e) {
      log.atDebug().addKeyValue("topic", topic).addKeyValue("error", e).log("Configs are unknown");
      return Optional.empty();
    }
  }
}
