package io.wideevents.worker.kafka;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Asks Kafka's client library whether it takes the properties that the settings lead to. */
public final class PropertiesCheck {
  private PropertiesCheck() {}

  /**
   * What the library refuses; empty when it takes everything. Makes no client and opens no file.
   *
   * @return Kafka's own words, which name the property
   */
  public static Optional<String> problemOf(KafkaSettings settings) {
    ClientProperties properties = new ClientProperties(settings);
    try {
      var unused = new AdminClientConfig(properties.admin());
      Map<String, Object> writes = properties.producer();
      writes.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      writes.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      ProducerConfig producer = new ProducerConfig(writes);
      // The client takes memory for a whole batch at once, and fails each send when it cannot.
      if (producer.getInt(ProducerConfig.BATCH_SIZE_CONFIG)
          > producer.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG)) {
        return Optional.of("batch.size is more than buffer.memory, which is 32 MiB");
      }
      if (producer.getLong(ProducerConfig.LINGER_MS_CONFIG)
              + producer.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG)
          > producer.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)) {
        return Optional.of("linger.ms does not fit into the delivery timeout");
      }
      Map<String, Object> reads = properties.consumer();
      reads.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
      reads.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
      ConsumerConfig consumer = new ConsumerConfig(reads);
      boolean alive =
          settings.protocol() != GroupProtocol.CLASSIC
              || consumer.getInt(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)
                  < consumer.getInt(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
      return alive
          ? Optional.empty()
          : Optional.of("heartbeat.interval.ms is not less than session.timeout.ms");
    } catch (ConfigException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
