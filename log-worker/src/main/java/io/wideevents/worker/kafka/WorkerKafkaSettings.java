package io.wideevents.worker.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.PropertiesCheck;
import java.util.Map;
import java.util.Optional;

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

  /**
   * Returns why Kafka's client library rejects the properties from these settings; empty if it
   * accepts them.
   */
  public Optional<String> problem() {
    WorkerProperties properties = new WorkerProperties(this);
    return PropertiesCheck.ofWriter(properties.admin(), properties.producer(), "32 MiB")
        .or(() -> PropertiesCheck.ofReader(properties.consumer()));
  }
}
