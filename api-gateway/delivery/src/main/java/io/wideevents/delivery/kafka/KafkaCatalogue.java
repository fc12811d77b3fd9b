package io.wideevents.delivery.kafka;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import io.wideevents.kafka.PropertiesCheck;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of publishing to Kafka that the worker does not share. */
public final class KafkaCatalogue {
  private static final long MEBIBYTE = 1L << 20;

  public static final Setting<Integer> MQ_PUBLISH_RETRIES =
      Setting.named("MQ_PUBLISH_RETRIES", SettingType.integer(1, 100))
          .defaultsTo("3")
          .unit("retries")
          .means(
              "How often the Kafka client retries a record within its time limit of five"
                  + " seconds. At least 1, because an idempotent producer needs retries.");

  public static final Setting<Duration> MQ_LINGER_MS =
      Setting.named("MQ_LINGER_MS", SettingType.millis(Duration.ZERO, Duration.ofSeconds(1)))
          .defaultsTo("0")
          .unit("ms")
          .means(
              "How long the producer waits for more records before it sends a batch. While"
                  + " requests are in flight it collects a batch in any case. A higher value"
                  + " delays replies.");

  public static final Setting<KafkaSettings.Compression> MQ_COMPRESSION =
      Setting.named("MQ_COMPRESSION", SettingType.choice(KafkaSettings.Compression.class))
          .defaultsTo("none")
          .means("Compression of record batches, on the network and on the disks of Kafka.");

  public static final Setting<Long> MQ_BUFFER_BYTES =
      Setting.named("MQ_BUFFER_BYTES", SettingType.bytes(8 * MEBIBYTE, 4096 * MEBIBYTE))
          .defaultsTo("64MiB")
          .means("Memory of the Kafka producer for records that are not acknowledged yet.");

  /** Every setting declared here, in the order of the documentation. */
  public static final List<Setting<?>> ALL =
      List.of(MQ_PUBLISH_RETRIES, MQ_LINGER_MS, MQ_COMPRESSION, MQ_BUFFER_BYTES);

  private KafkaCatalogue() {}

  /** The publishing settings among the given values. */
  public static KafkaSettings settings(SettingValues values) {
    return new KafkaSettings(
        values.get(CommonSettings.KAFKA_BROKER).toString(),
        CommonSettings.eventTopic(values),
        CommonSettings.deadLetterTopic(values),
        values.get(MQ_PUBLISH_RETRIES),
        values.get(MQ_LINGER_MS),
        values.get(MQ_COMPRESSION),
        values.get(MQ_BUFFER_BYTES),
        values.kafkaClient());
  }

  /**
   * The problems that Kafka's own validation finds; empty while one of the settings is invalid by
   * itself.
   */
  public static List<SettingProblem> check(SettingValues values) {
    return PropertiesCheck.problems(values, ALL, () -> problem(settings(values)));
  }

  private static Optional<String> problem(KafkaSettings settings) {
    return PropertiesCheck.ofWriter(
        GatewayProperties.admin(settings),
        GatewayProperties.producer(settings, settings.topic()),
        MQ_BUFFER_BYTES.name());
  }
}
