package io.wideevents.worker.kafka;

import static io.wideevents.config.SettingType.choice;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.KafkaCluster;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.PropertiesCheck;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The settings of the worker's Kafka clients.
 *
 * @param brokers bootstrap servers: {@code host:port}, comma-separated
 * @param group the consumer group that all workers share
 * @param client further properties for every client, for example for TLS and SASL
 * @param maxEventBytes the largest event as JSON, in bytes; limits the records of a poll
 * @param events the topic of the events, with the layout for its creation
 * @param deadLetters the dead-letter topic, with the layout for its creation
 */
public record WorkerKafkaSettings(
    String brokers,
    String group,
    GroupProtocol protocol,
    Map<String, String> client,
    int maxEventBytes,
    TopicLayout events,
    TopicLayout deadLetters) {
  public WorkerKafkaSettings {
    client = Map.copyOf(client);
  }

  /** Reads the settings. */
  public static Supplier<WorkerKafkaSettings> read(
      SettingsReader settings, Supplier<KafkaCluster> cluster) {
    SettingValue<String> group = KafkaCluster.consumerGroup(settings);
    SettingValue<GroupProtocol> protocol =
        settings
            .read("KAFKA_GROUP_PROTOCOL", choice(GroupProtocol.class))
            .flag("--group-protocol")
            .byDefault("classic")
            .means(
                "Protocol that assigns partitions. consumer (KIP-848) needs brokers of"
                    + " version 4.0 or newer.");

    Supplier<WorkerKafkaSettings> read =
        () -> {
          KafkaCluster shared = cluster.get();
          return new WorkerKafkaSettings(
              shared.brokers(),
              group.get(),
              protocol.get(),
              shared.clientProperties(),
              CommonSettings.maxEventBytes(settings).get(),
              shared.events(),
              shared.deadLetters());
        };
    settings.check(() -> read.get().problem().ifPresent(settings::rejectKafkaClient));
    return read;
  }

  /**
   * Returns why Kafka's client library rejects the properties from these settings; empty if it
   * accepts them.
   */
  private Optional<String> problem() {
    WorkerProperties properties = new WorkerProperties(this);
    return PropertiesCheck.ofWriter(properties.admin(), properties.producer(), "32 MiB")
        .or(() -> PropertiesCheck.ofReader(properties.consumer()));
  }
}
