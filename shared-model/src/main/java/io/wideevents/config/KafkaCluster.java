package io.wideevents.config;

import static io.wideevents.config.SettingType.duration;
import static io.wideevents.config.SettingType.hostPorts;
import static io.wideevents.config.SettingType.integer;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The Kafka cluster and its two topics, for both processes.
 *
 * @param brokers bootstrap servers: {@code host:port}, separated by commas
 * @param events layout of the events' topic
 * @param deadLetters layout of the dead-letter topic: unlimited retention, and headroom for the
 *     dead-letter headers
 * @param clientProperties further properties for every client, for example for TLS and SASL
 */
public record KafkaCluster(
    String brokers,
    TopicLayout events,
    TopicLayout deadLetters,
    Map<String, String> clientProperties) {
  private static final Duration TEN_YEARS = Duration.ofDays(3650);

  private static final String KAFKA_OWN_TOPICS =
      "__consumer_offsets|__transaction_state|__share_group_state|__cluster_metadata"
          + "|__remote_log_metadata";

  public KafkaCluster {
    clientProperties = Map.copyOf(clientProperties);
  }

  /** Reads the settings. */
  public static Supplier<KafkaCluster> read(SettingsReader settings) {
    SettingValue<HostPorts> brokers =
        settings
            .read("KAFKA_BROKER", hostPorts())
            .flag("--brokers")
            .byDefault("localhost:9092")
            .example("kafka-1:9092,kafka-2:9092")
            .means("Kafka bootstrap servers: host:port, separated by commas.");
    SettingValue<String> events =
        settings
            .read("KAFKA_LOG_TOPIC", topicName())
            .flag("--topic")
            .byDefault("log-events")
            .means("Topic of the events. It is created when it does not exist.");
    SettingValue<String> deadLetters =
        settings
            .read("MQ_DLQ_TOPIC", topicName())
            .flag("--dlq-topic")
            .byDefault("log-events.dlq")
            .means(
                "Dead-letter topic. A topic that we create keeps its records without a time"
                    + " limit. It must differ from KAFKA_LOG_TOPIC.");
    SettingValue<Integer> partitions =
        settings
            .read("KAFKA_TOPIC_PARTITIONS", integer(1, 10_000))
            .byDefault("6")
            .unit("partitions")
            .means(
                "Partitions of a topic that we create. Not more workers than partitions can"
                    + " share the load.");
    SettingValue<Integer> replication =
        settings
            .read("KAFKA_TOPIC_REPLICATION", integer(1, 100))
            .example("3")
            .unit("replicas")
            .means(
                "Replicas of each partition of a topic that we create. Unset: the broker's"
                    + " default.");
    SettingValue<Integer> minIsr =
        settings
            .read("KAFKA_TOPIC_MIN_ISR", integer(1, 100))
            .example("2")
            .unit("replicas")
            .means(
                "In-sync replicas that must have an event before Kafka acknowledges it"
                    + " (min.insync.replicas), for a topic that we create. At most"
                    + " KAFKA_TOPIC_REPLICATION. Unset: the broker's default.");
    SettingValue<Duration> retention =
        settings
            .read("KAFKA_TOPIC_RETENTION", duration(Duration.ofMinutes(1), TEN_YEARS))
            .byDefault("7d")
            .means(
                "Retention of KAFKA_LOG_TOPIC, when we create it. Choose it longer than the"
                    + " longest MongoDB outage you want to survive.");

    settings.check(() -> checkNames(settings, events, deadLetters));
    settings.checkAtMost(minIsr, replication);
    return () -> {
      int maxMessageBytes =
          Math.max(
              TopicLayout.KAFKA_DEFAULT_MAX_MESSAGE_BYTES,
              CommonSettings.maxEventBytes(settings).get() + TopicLayout.HEADROOM_BYTES);
      TopicLayout layout =
          new TopicLayout(
              events.get(),
              partitions.get(),
              replication.find().orElse((int) TopicLayout.BROKER_DEFAULT).shortValue(),
              minIsr.find().map(OptionalInt::of).orElse(OptionalInt.empty()),
              Optional.of(retention.get()),
              maxMessageBytes);
      return new KafkaCluster(
          brokers.get().toString(),
          layout,
          layout.forDeadLetters(deadLetters.get()),
          settings.kafkaClient());
    };
  }

  /** Reads the consumer group of the workers, which a gateway needs to find their lag. */
  public static SettingValue<String> consumerGroup(SettingsReader settings) {
    return settings
        .read(
            "KAFKA_CONSUMER_GROUP",
            SettingType.matching("group", "\\S.{0,248}", "is not a name for a group"))
        .flag("--group")
        .byDefault("log-consumer-group")
        .means(
            "Consumer group of all workers. Each event is consumed by one of them. The gateway"
                + " needs the same value to show the workers' lag.");
  }

  private static void checkNames(
      SettingsReader settings, SettingValue<String> events, SettingValue<String> deadLetters) {
    if (deadLetters.get().equals(events.get())) {
      settings.reject(deadLetters, "is KAFKA_LOG_TOPIC as well");
    } else if (metricName(deadLetters.get()).equals(metricName(events.get()))) {
      settings.reject(
          deadLetters,
          "differs from %s in . and _ only, and Kafka has no two such topics".formatted(events));
    }
  }

  /** The name of a topic in Kafka's metrics; Kafka rejects two topics with the same metric name. */
  private static String metricName(String topic) {
    return topic.replace('.', '_');
  }

  private static SettingType<String> topicName() {
    return SettingType.matching(
        "topic",
        "(?!\\.{1,2}$)(?!(?:" + KAFKA_OWN_TOPICS + ")$)[A-Za-z0-9._-]{1,249}",
        "is not a name Kafka takes for a topic, or one it keeps for itself");
  }
}
