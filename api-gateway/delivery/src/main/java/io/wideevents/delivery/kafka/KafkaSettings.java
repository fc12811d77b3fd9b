package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * How the gateway publishes to Kafka.
 *
 * @param brokers where to begin, as {@code host:port} separated by commas
 * @param topic where events go; created so when it is absent
 * @param deadLetters where events go that MongoDB refuses; created likewise
 * @param retries how often the client itself sends a record again within its time bounds
 * @param linger how long a record waits for company; the sender batches behind requests in flight
 *     anyway
 * @param compression of record batches
 * @param bufferBytes memory for records not sent yet; publishing blocks when it is full
 * @param clientProperties further properties of Kafka's own, by their names: TLS, SASL and the like
 */
public record KafkaSettings(
    String brokers,
    TopicLayout topic,
    TopicLayout deadLetters,
    int retries,
    Duration linger,
    Compression compression,
    long bufferBytes,
    Map<String, String> clientProperties) {
  public static final int DEFAULT_RETRIES = 3;
  public static final Duration DEFAULT_LINGER = Duration.ZERO;
  public static final long DEFAULT_BUFFER_BYTES = 64L * 1024 * 1024;

  /** How record batches are compressed. */
  public enum Compression {
    NONE,
    LZ4,
    ZSTD;

    String kafkaName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public KafkaSettings {
    clientProperties = Map.copyOf(clientProperties);
  }
}
