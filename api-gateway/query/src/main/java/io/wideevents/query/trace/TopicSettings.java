package io.wideevents.query.trace;

import io.wideevents.config.KafkaCluster;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.kafka.KafkaAccess;
import java.util.function.Supplier;

/**
 * The topics that the query side reads. Immutable.
 *
 * @param events the name of the topic of the events
 * @param deadLetters the name of the dead-letter topic
 * @param group the consumer group of the workers
 */
public record TopicSettings(KafkaAccess access, String events, String deadLetters, String group) {
  /** Reads the settings. */
  public static Supplier<TopicSettings> read(
      SettingsReader settings, Supplier<KafkaCluster> cluster) {
    SettingValue<String> group = KafkaCluster.consumerGroup(settings);
    return () -> {
      KafkaCluster kafka = cluster.get();
      return new TopicSettings(
          new KafkaAccess(kafka.brokers(), "api-gateway-query", kafka.clientProperties()),
          kafka.events().name(),
          kafka.deadLetters().name(),
          group.get());
    };
  }
}
