package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The properties of Kafka's clients: the user's first, then those our promise rests on. */
final class ClientProperties {
  /** How long {@code send} may block a request: for metadata, or for room in the buffer. */
  static final Duration MAX_BLOCK = Duration.ofMillis(500);

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(5);
  // A broker that is back should be found within a second or two, not within Kafka's own ten.
  private static final Duration RECONNECT_BACKOFF_MAX = Duration.ofSeconds(1);

  private ClientProperties() {}

  static Map<String, Object> producer(KafkaSettings settings, TopicLayout topic) {
    Map<String, Object> properties = common(settings, REQUEST_TIMEOUT);
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.RETRIES_CONFIG, settings.retries());
    properties.put(ProducerConfig.LINGER_MS_CONFIG, settings.linger().toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK.toMillis());
    // Kafka refuses to start with a delivery timeout below linger + request timeout.
    properties.put(
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        (int) DELIVERY_TIMEOUT.plus(settings.linger()).toMillis());
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, settings.bufferBytes());
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression().kafkaName());
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, topic.maxMessageBytes());
    return properties;
  }

  static Map<String, Object> admin(KafkaSettings settings) {
    Map<String, Object> properties = common(settings, REQUEST_TIMEOUT);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ADMIN_TIMEOUT.toMillis());
    return properties;
  }

  private static Map<String, Object> common(KafkaSettings settings, Duration requestTimeout) {
    Map<String, Object> properties = new HashMap<>(settings.clientProperties());
    properties.putIfAbsent(CommonClientConfigs.CLIENT_ID_CONFIG, "api-gateway");
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.brokers());
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) requestTimeout.toMillis());
    properties.put(
        CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, requestTimeout.toMillis());
    properties.put(
        CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX.toMillis());
    return properties;
  }
}
