package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * The settings of publishing to Kafka.
 *
 * @param brokers bootstrap servers: {@code host:port}, separated by commas
 * @param topic topic of the events and its layout; created if it is absent
 * @param deadLetters topic of the events that MongoDB rejects; created if it is absent
 * @param retries how often the client itself retries a record within its time bounds
 * @param linger how long a record waits for other records of its batch; the sender also batches
 *     while requests are in flight
 * @param compression of record batches
 * @param bufferBytes memory for records that are not sent yet; publishing blocks while it is full
 * @param clientProperties further Kafka client properties by their Kafka names, such as TLS and
 *     SASL
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

  /** The compression of record batches. */
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
