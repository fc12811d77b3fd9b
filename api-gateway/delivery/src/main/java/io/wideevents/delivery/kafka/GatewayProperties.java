package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.ClientProperties;
import io.wideevents.kafka.KafkaAccess;
import io.wideevents.kafka.ProducerBounds;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Properties of the gateway's Kafka clients: the shared properties, and the bounds of the gateway.
 */
final class GatewayProperties {
  /** How long {@code send} may block a request while it waits for metadata or for buffer memory. */
  private static final Duration MAX_BLOCK = Duration.ofMillis(500);

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(5);
  // The client must find a recovered broker within one or two seconds; Kafka's default is ten
  // seconds.
  private static final Duration RECONNECT_BACKOFF_MAX = Duration.ofSeconds(1);

  // While a request to a broker is under way, the next records collect, and the next request sends
  // them together. With Kafka's default of five requests, 64 connections made requests of half the
  // size: 7 % more CPU time here, and as many more requests for the broker.
  private static final int REQUESTS_IN_FLIGHT = 1;
  // So that one request at a time is enough for a distant broker: 64 KiB for each partition and
  // round trip, four times Kafka's default.
  private static final int BATCH_BYTES = 64 * 1024;

  private GatewayProperties() {}

  static Map<String, Object> producer(KafkaSettings settings, TopicLayout topic) {
    Map<String, Object> properties =
        ClientProperties.producer(
            access(settings),
            new ProducerBounds(
                MAX_BLOCK,
                REQUEST_TIMEOUT,
                // Kafka rejects a delivery timeout below linger + request timeout.
                DELIVERY_TIMEOUT.plus(settings.linger()),
                settings.bufferBytes(),
                topic.maxMessageBytes()));
    properties.put(ProducerConfig.RETRIES_CONFIG, settings.retries());
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, REQUESTS_IN_FLIGHT);
    properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, settings.linger().toMillis());
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression().kafkaName());
    return reconnectingSoon(properties);
  }

  static Map<String, Object> admin(KafkaSettings settings) {
    return reconnectingSoon(ClientProperties.admin(access(settings), REQUEST_TIMEOUT));
  }

  private static KafkaAccess access(KafkaSettings settings) {
    return new KafkaAccess(settings.brokers(), "api-gateway", settings.clientProperties());
  }

  private static Map<String, Object> reconnectingSoon(Map<String, Object> properties) {
    properties.put(
        CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT.toMillis());
    properties.put(
        CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX.toMillis());
    return properties;
  }
}
