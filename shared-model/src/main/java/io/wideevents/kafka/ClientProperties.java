package io.wideevents.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The properties that the Kafka clients of both processes share. The user's properties are applied
 * first, and the properties on which the guarantees depend override them. Each method returns a new
 * map, to which the caller adds the properties of its process.
 */
public final class ClientProperties {
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(5);

  private ClientProperties() {}

  /** Properties of every client. */
  public static Map<String, Object> common(KafkaAccess access) {
    Map<String, Object> properties = new HashMap<>(access.passedThrough());
    properties.putIfAbsent(CommonClientConfigs.CLIENT_ID_CONFIG, access.clientId());
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, access.brokers());
    return properties;
  }

  /**
   * Properties of an admin client, whose calls fail after five seconds.
   *
   * @param requestTimeout limits one request, so that a call can try another broker
   */
  public static Map<String, Object> admin(KafkaAccess access, Duration requestTimeout) {
    Map<String, Object> properties = common(access);
    properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, millis(requestTimeout));
    properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(ADMIN_TIMEOUT));
    return properties;
  }

  /**
   * Properties of a producer of byte arrays. All in-sync replicas acknowledge a record, and the
   * producer's own retries create no duplicates.
   */
  public static Map<String, Object> producer(KafkaAccess access, ProducerBounds bounds) {
    Map<String, Object> properties = common(access);
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis(bounds.maxBlock()));
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis(bounds.requestTimeout()));
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis(bounds.deliveryTimeout()));
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bounds.bufferBytes());
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, bounds.maxRequestBytes());
    return properties;
  }

  // Kafka takes an int for each of these properties, also where it keeps a long.
  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
