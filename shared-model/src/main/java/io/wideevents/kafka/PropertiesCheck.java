package io.wideevents.kafka;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Asks Kafka's client library whether it takes the properties that the settings lead to. Makes no
 * client and opens no file.
 */
public final class PropertiesCheck {
  // Both processes lay out their topics and their clients by these.
  private static final List<Setting<?>> COMMON =
      List.of(
          CommonSettings.KAFKA_BROKER,
          CommonSettings.KAFKA_LOG_TOPIC,
          CommonSettings.MQ_DLQ_TOPIC,
          CommonSettings.KAFKA_TOPIC_PARTITIONS,
          CommonSettings.KAFKA_TOPIC_RETENTION,
          CommonSettings.EVENT_MAX_BYTES);

  private PropertiesCheck() {}

  /**
   * Kafka's judgement of a process's settings.
   *
   * @param own settings of the process that its properties depend on
   * @param problem what the library rejects; asked only while each setting is valid alone, because
   *     an invalid one is reported by itself
   */
  public static List<SettingProblem> problems(
      SettingValues values, List<Setting<?>> own, Supplier<Optional<String>> problem) {
    boolean complete =
        Stream.concat(COMMON.stream(), own.stream())
            .allMatch(setting -> values.find(setting).isPresent());
    return complete ? problem.get().map(values::kafkaClientProblem).stream().toList() : List.of();
  }

  /**
   * What the library rejects of an admin client and a producer; empty when it takes everything.
   *
   * @param bufferMemory says in a message what {@code buffer.memory} is
   * @return Kafka's own words, which name the property
   */
  public static Optional<String> ofWriter(
      Map<String, Object> admin, Map<String, Object> producer, String bufferMemory) {
    try {
      var unused = new AdminClientConfig(admin);
      ProducerConfig parsed = new ProducerConfig(producer);
      // The client takes memory for a whole batch at once, and fails each send when it cannot.
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

  /** What the library rejects of a consumer; as {@link #ofWriter}. */
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
