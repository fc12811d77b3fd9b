package io.wideevents.gateway.kafka;

import io.wideevents.config.TopicLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the topic is there before the first record is sent: a producer asking for an
 * unknown topic would have the broker create it with defaults of its own. For one thread.
 */
final class EventTopic {
  private static final Logger log = LoggerFactory.getLogger(EventTopic.class);

  private final TopicLayout layout;
  private boolean saidMayNotCreate;

  EventTopic(TopicLayout layout) {
    this.layout = layout;
  }

  /**
   * Looks for the topic and creates it when it is absent; blocks for the admin client's timeout at
   * most.
   *
   * @throws ExecutionException if the topic is not there afterwards, with Kafka's reason as cause
   */
  void ensure(Admin admin) throws ExecutionException, InterruptedException {
    if (!exists(admin)) {
      create(admin);
    }
  }

  private boolean exists(Admin admin) throws ExecutionException, InterruptedException {
    try {
      admin.describeTopics(List.of(layout.name())).allTopicNames().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
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
