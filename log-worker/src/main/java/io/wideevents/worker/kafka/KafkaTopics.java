package io.wideevents.worker.kafka;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the worker's topics when they are absent. It must run before anything is sent or
 * subscribed: a producer's metadata request would create the topic with the broker's defaults.
 *
 * <p>Each call blocks for the admin client's time bound at most. Safe for concurrent use: calls
 * wait for each other.
 */
final class KafkaTopics {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final TopicLayout events;
  private final TopicLayout deadLetters;

  // Of the dead-letter topic as it was seen last; a topic that is created anew gets another.
  private @Nullable Uuid deadLettersId;

  KafkaTopics(TopicLayout events, TopicLayout deadLetters) {
    this.events = events;
    this.deadLetters = deadLetters;
  }

  /**
   * Makes sure that both topics exist.
   *
   * @return the names of those it created
   * @throws KafkaException if Kafka cannot be reached, or a topic is absent and may not be created
   */
  synchronized List<String> ensure(Admin admin) {
    List<String> created = new ArrayList<>();
    if (!exists(admin, events.name())) {
      create(admin, events, events.maxMessageBytes());
      created.add(events.name());
    }
    if (ensureDeadLetters(admin)) {
      created.add(deadLetters.name());
    }
    return created;
  }

  /**
   * Makes sure that the topic of the events exists, and creates nothing.
   *
   * @throws UnknownTopicOrPartitionException if it does not
   * @throws KafkaException if Kafka cannot be reached
   */
  void requireEvents(Admin admin) {
    if (!exists(admin, events.name())) {
      throw new UnknownTopicOrPartitionException("there is no topic " + events.name());
    }
  }

  /**
   * Makes sure that the dead-letter topic exists and that it is still the one that was seen before.
   * If somebody deleted it, a producer's next metadata request may have created it anew as the
   * broker likes, to be emptied after a week: then it gets the settings it lacks.
   *
   * @return whether it was absent and has been created
   * @throws KafkaException if Kafka cannot be reached, or the topic is absent and may not be
   *     created
   */
  synchronized boolean ensureDeadLetters(Admin admin) {
    Uuid before = deadLettersId;
    boolean create = !exists(admin, deadLetters.name());
    if (create) {
      create(admin, deadLetters, deadLetterBytes(admin));
    }
    deadLettersId = id(admin, deadLetters.name()).orElse(null);
    if (!create && before != null && deadLettersId != null && !before.equals(deadLettersId)) {
      restore(admin);
    }
    return create;
  }

  // A dead letter is its record plus headers: it must fit wherever the record did.
  private int deadLetterBytes(Admin admin) {
    int needed =
        config(admin, events.name())
            .map(config -> config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
            .map(ConfigEntry::value)
            .map(bytes -> Integer.parseInt(bytes) + TopicLayout.HEADROOM_BYTES)
            .orElse(0);
    return Math.max(deadLetters.maxMessageBytes(), needed);
  }

  /** Gives the dead-letter topic our settings, where it has none of its own. */
  private void restore(Admin admin) {
    Map<String, String> ours = configs(deadLetters, deadLetterBytes(admin));
    Config is = config(admin, deadLetters.name()).orElse(new Config(List.of()));
    is.entries().stream()
        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .forEach(entry -> ours.remove(entry.name()));
    List<AlterConfigOp> sets =
        ours.entrySet().stream()
            .map(
                entry ->
                    new AlterConfigOp(
                        new ConfigEntry(entry.getKey(), entry.getValue()),
                        AlterConfigOp.OpType.SET))
            .toList();
    try {
      AdminCall.await(
          admin
              .incrementalAlterConfigs(
                  Map.of(new ConfigResource(ConfigResource.Type.TOPIC, deadLetters.name()), sets))
              .all());
      LOG.atWarn()
          .addKeyValue("topic", deadLetters.name())
          .addKeyValue("configs", ours)
          .log("The topic was deleted and created anew by somebody; it got its settings again");
    } catch (AuthorizationException e) {
      LOG.atWarn()
          .addKeyValue("topic", deadLetters.name())
          .addKeyValue("configs", ours)
          .log(
              "The topic was deleted and created anew by somebody, and this worker may not set it"
                  + " up; set these configs, or dead letters are deleted after the broker's"
                  + " retention");
    }
  }

  private static Optional<Uuid> id(Admin admin, String topic) {
    try {
      return Optional.ofNullable(
              AdminCall.await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic))
          .map(TopicDescription::topicId);
    } catch (AuthorizationException | UnknownTopicOrPartitionException e) {
      return Optional.empty(); // told before, or just deleted: the next look sees
    }
  }

  private static boolean exists(Admin admin, String topic) {
    try {
      AdminCall.await(admin.describeTopics(List.of(topic)).allTopicNames());
      return true;
    } catch (UnknownTopicOrPartitionException e) {
      return false;
    } catch (AuthorizationException e) {
      // Kafka says this also for a topic that does not exist; reading or writing it will show.
      LOG.atWarn()
          .addKeyValue("topic", topic)
          .log("Not authorised to look at a topic; it must exist, and Describe should be granted");
      return true;
    }
  }

  private static void create(Admin admin, TopicLayout layout, int maxMessageBytes) {
    Map<String, String> configs = configs(layout, maxMessageBytes);
    Optional<Short> replication =
        layout.replication() == TopicLayout.BROKER_DEFAULT
            ? Optional.empty()
            : Optional.of(layout.replication());
    NewTopic topic =
        new NewTopic(layout.name(), Optional.of(layout.partitions()), replication).configs(configs);
    try {
      AdminCall.await(admin.createTopics(List.of(topic)).all());
      LOG.atInfo()
          .addKeyValue("topic", layout.name())
          .addKeyValue("partitions", layout.partitions())
          .log("Created topic");
      awaitLeaders(admin, layout);
    } catch (TopicExistsException e) {
      LOG.atDebug().addKeyValue("topic", layout.name()).log("Another process created the topic");
    } catch (AuthorizationException e) {
      throw new KafkaException(
          "Topic %s does not exist and this worker may not create it; create it with %d partitions"
                  .formatted(layout.name(), layout.partitions())
              + " and "
              + configs,
          e);
    }
  }

  /**
   * Waits until every partition's leader answers. A producer that is quicker can be refused its
   * first batch and granted its second, and then never gets the first one in.
   */
  private static void awaitLeaders(Admin admin, TopicLayout layout) {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    for (int partition = 0; partition < layout.partitions(); partition++) {
      partitions.put(new TopicPartition(layout.name(), partition), OffsetSpec.latest());
    }
    long end = System.nanoTime() + AdminCall.TIMEOUT.toNanos();
    while (true) {
      try {
        AdminCall.await(admin.listOffsets(partitions).all());
        return;
      } catch (UnknownTopicOrPartitionException e) {
        // The controller knows the topic before its brokers do.
        if (System.nanoTime() - end >= 0) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
    }
  }

  private static Map<String, String> configs(TopicLayout layout, int maxMessageBytes) {
    Map<String, String> configs = new HashMap<>(layout.configs());
    configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxMessageBytes));
    return configs;
  }

  private static Optional<Config> config(Admin admin, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return Optional.ofNullable(
          AdminCall.await(admin.describeConfigs(List.of(resource)).all()).get(resource));
    } catch (AuthorizationException | UnknownTopicOrPartitionException e) {
      LOG.atDebug().addKeyValue("topic", topic).addKeyValue("error", e).log("Configs are unknown");
      return Optional.empty();
    }
  }
}
