package io.wideevents.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Checks whether Kafka's client library accepts the properties that result from the settings.
 * Creates no client and opens no file.
 */
public final class PropertiesCheck {
  private PropertiesCheck() {}

  /**
   * Checks the properties of an admin client and of a producer.
   *
   * @param bufferMemory what to call {@code buffer.memory} in a message
   * @return the message about the first rejected property; empty if all are accepted
   */
  public static Optional<String> ofWriter(
      Map<String, Object> admin, Map<String, Object> producer, String bufferMemory) {
    try {
      var unused = new AdminClientConfig(admin);
      ProducerConfig parsed = new ProducerConfig(producer);
      // The client allocates memory for a whole batch at once, and fails each send if it cannot.
      if (parsed.getInt(ProducerConfig.BATCH_SIZE_CONFIG)
          > parsed.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG)) {
        return Optional.of("batch.size is more than buffer.memory, which is " + bufferMemory);
      }
      return parsed.getLong(ProducerConfig.LINGER_MS_CONFIG)
                  + parsed.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG)
              > parsed.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)
          ? Optional.of("linger.ms does not fit into the delivery timeout")
          : Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Checks the properties of a consumer, as {@link #ofWriter}. */
  public static Optional<String> ofReader(Map<String, Object> consumer) {
    Map<String, Object> properties = new HashMap<>(consumer);
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    try {
      ConsumerConfig parsed = new ConsumerConfig(properties);
      boolean isClassic =
          "classic".equalsIgnoreCase(parsed.getString(ConsumerConfig.GROUP_PROTOCOL_CONFIG));
      return isClassic
              && parsed.getInt(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)
                  >= parsed.getInt(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG)
          ? Optional.of("heartbeat.interval.ms is not less than session.timeout.ms")
          : Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
