package io.wideevents.delivery.kafka;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;

/** Asks Kafka's client library whether it takes the properties that the settings lead to. */
public final class PropertiesCheck {
  private PropertiesCheck() {}

  /**
   * What the library refuses; empty when it takes everything. Makes no client and opens no file.
   *
   * @return Kafka's own words, which name the property
   */
  public static Optional<String> problemOf(KafkaSettings settings) {
    try {
      Map<String, Object> producer = ClientProperties.producer(settings, settings.topic());
      ProducerConfig parsed = new ProducerConfig(producer);
      var unused = new AdminClientConfig(ClientProperties.admin(settings));
      int batch = parsed.getInt(ProducerConfig.BATCH_SIZE_CONFIG);
      // The client takes memory for a whole batch at once, and fails each send when it cannot.
      return batch > settings.bufferBytes()
          ? Optional.of("batch.size is more than buffer.memory, which is MQ_BUFFER_BYTES")
          : Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
