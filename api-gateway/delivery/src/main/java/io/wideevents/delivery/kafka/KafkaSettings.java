package io.wideevents.delivery.kafka;

import static io.wideevents.config.SettingType.bytes;
import static io.wideevents.config.SettingType.choice;
import static io.wideevents.config.SettingType.integer;
import static io.wideevents.config.SettingType.millis;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.KafkaCluster;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.PropertiesCheck;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The settings of publishing to Kafka.
 *
 * @param brokers bootstrap servers: {@code host:port}, separated by commas
 * @param topic topic of the events and its layout; created if it is absent
 * @param deadLetters topic of the events that MongoDB rejects; created if it is absent
 * @param retries how often the client itself retries a record within its time bounds
 * @param linger how long the producer waits for more records before it sends a batch; while
 *     requests are in flight it collects a batch in any case
 * @param compression of record batches
 * @param bufferBytes memory for records that are not sent yet; publishing blocks while this memory
 *     is full
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
  private static final long MEBIBYTE = 1L << 20;

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

  /** Reads the settings of publishing; the cluster's settings are shared with the worker. */
  public static Supplier<KafkaSettings> read(
      SettingsReader settings, Supplier<KafkaCluster> cluster) {
    SettingValue<Integer> retries =
        settings
            .read("MQ_PUBLISH_RETRIES", integer(1, 100))
            .byDefault("3")
            .unit("retries")
            .means(
                "How often the Kafka client retries a record within its time limit of five"
                    + " seconds. At least 1, because an idempotent producer needs retries.");
    SettingValue<Duration> linger =
        settings
            .read("MQ_LINGER_MS", millis(Duration.ZERO, Duration.ofSeconds(1)))
            .byDefault("0")
            .unit("ms")
            .means(
                "How long the producer waits for more records before it sends a batch. While"
                    + " requests are in flight it collects a batch in any case. A higher value"
                    + " delays replies.");
    SettingValue<Compression> compression =
        settings
            .read("MQ_COMPRESSION", choice(Compression.class))
            .byDefault("none")
            .means("Compression of record batches, on the network and on the disks of Kafka.");
    SettingValue<Long> bufferBytes = bufferBytes(settings);

    Supplier<KafkaSettings> read =
        () -> {
          KafkaCluster shared = cluster.get();
          return new KafkaSettings(
              shared.brokers(),
              shared.events(),
              shared.deadLetters(),
              retries.get(),
              linger.get(),
              compression.get(),
              bufferBytes.get(),
              shared.clientProperties());
        };
    settings.check(() -> read.get().checkProperties(settings));
    CommonSettings.checkHoldsEvents(settings, bufferBytes, 1);
    return read;
  }

  /** Reads the producer's memory for records. The memory for requests must not be larger. */
  public static SettingValue<Long> bufferBytes(SettingsReader settings) {
    return settings
        .read("MQ_BUFFER_BYTES", bytes(8 * MEBIBYTE, 4096 * MEBIBYTE))
        .byDefault("64MiB")
        .means("Memory of the Kafka producer for records that are not acknowledged yet.");
  }

  /** Rejects properties that Kafka's client library rejects. */
  private void checkProperties(SettingsReader settings) {
    PropertiesCheck.ofWriter(
            GatewayProperties.admin(this),
            GatewayProperties.producer(this, topic),
            "MQ_BUFFER_BYTES")
        .ifPresent(settings::rejectKafkaClient);
  }
}
