package io.wideevents.worker.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.PropertiesCheck;
import java.util.Map;
import java.util.Optional;

/**
 * What the worker must know to use Kafka.
 *
 * @param brokers {@code host:port}, comma-separated
 * @param group the consumer group all workers share
 * @param client further properties for every client, for example for TLS and SASL
 * @param maxEventBytes the largest event as JSON, which bounds how many a poll may bring
 * @param events the topic events travel through, as it is created when absent
 * @param deadLetters the topic for what cannot be stored, as it is created when absent
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

  /** What Kafka's client library rejects of the properties these settings lead to, if anything. */
  public Optional<String> problem() {
    WorkerProperties properties = new WorkerProperties(this);
    return PropertiesCheck.ofWriter(properties.admin(), properties.producer(), "32 MiB")
        .or(() -> PropertiesCheck.ofReader(properties.consumer()));
  }
}
