package io.wideevents.config;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.ValuePattern;
import io.wideevents.event.EventLimits;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.mongo.TrustedAuthorities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The settings that both processes share, with the same meaning: where events are stored, and their
 * limits.
 */
public final class CommonSettings {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final int MOST_DATABASE_BYTES = 63;
  private static final int MOST_NAMESPACE_BYTES = 255;

  private static final String KAFKA_OWN_TOPICS =
      "__consumer_offsets|__transaction_state|__share_group_state|__cluster_metadata"
          + "|__remote_log_metadata";

  private static final Duration ONE_HOUR = Duration.ofHours(1);
  private static final Duration TEN_YEARS = Duration.ofDays(3650);

  public static final Setting<HostPorts> KAFKA_BROKER =
      Setting.named("KAFKA_BROKER", SettingType.hostPorts())
          .flag("--brokers")
          .defaultsTo("localhost:9092")
          .example("kafka-1:9092,kafka-2:9092")
          .means("Kafka bootstrap servers: host:port, separated by commas.");

  public static final Setting<String> KAFKA_LOG_TOPIC =
      Setting.named("KAFKA_LOG_TOPIC", topicName())
          .flag("--topic")
          .defaultsTo("log-events")
          .means("Topic of the events. It is created when it does not exist.");

  public static final Setting<String> MQ_DLQ_TOPIC =
      Setting.named("MQ_DLQ_TOPIC", topicName())
          .flag("--dlq-topic")
          .defaultsTo("log-events.dlq")
          .means(
              "Dead-letter topic. A topic that we create keeps its records without a time"
                  + " limit. It must differ from KAFKA_LOG_TOPIC.");

  public static final Setting<Integer> KAFKA_TOPIC_PARTITIONS =
      Setting.named("KAFKA_TOPIC_PARTITIONS", SettingType.integer(1, 10_000))
          .defaultsTo("6")
          .unit("partitions")
          .means(
              "Partitions of a topic that we create. Not more workers than partitions can"
                  + " share the load.");

  public static final Setting<Integer> KAFKA_TOPIC_REPLICATION =
      Setting.named("KAFKA_TOPIC_REPLICATION", SettingType.integer(1, 100))
          .example("3")
          .unit("replicas")
          .means(
              "Replicas of each partition of a topic that we create. Unset: the broker's"
                  + " default.");

  public static final Setting<Integer> KAFKA_TOPIC_MIN_ISR =
      Setting.named("KAFKA_TOPIC_MIN_ISR", SettingType.integer(1, 100))
          .example("2")
          .unit("replicas")
          .means(
              "In-sync replicas that must have an event before Kafka acknowledges it"
                  + " (min.insync.replicas), for a topic that we create. At most"
                  + " KAFKA_TOPIC_REPLICATION. Unset: the broker's default.");

  public static final Setting<Duration> KAFKA_TOPIC_RETENTION =
      Setting.named("KAFKA_TOPIC_RETENTION", SettingType.duration(Duration.ofMinutes(1), TEN_YEARS))
          .defaultsTo("7d")
          .means(
              "Retention of KAFKA_LOG_TOPIC, when we create it. Choose it longer than the"
                  + " longest MongoDB outage you want to survive.");

  public static final Setting<String> MONGODB_URI =
      Setting.named("MONGODB_URI", connectionString())
          .defaultsTo("mongodb://localhost:27017")
          .example("mongodb://mongo-1:27017,mongo-2:27017/?replicaSet=rs0")
          .secrecy(Secrecy.CREDENTIALS)
          .means("Connection string of MongoDB.");

  public static final Setting<String> MONGODB_DATABASE =
      Setting.named(
              "MONGODB_DATABASE",
              SettingType.matching(
                  "name",
                  "(?i)(?!(?:admin|local|config)$)[^/\\\\. \"$*<>:|?\\p{Cntrl}]{1,63}",
                  "is not a name MongoDB takes, or one it keeps for itself"))
          .defaultsTo("wide_events")
          .means("Database of the events.");

  public static final Setting<String> MONGODB_COLLECTION =
      Setting.named(
              "MONGODB_COLLECTION",
              SettingType.matching(
                  "name",
                  "(?!system\\.)[^$.\\p{Cntrl}][^$\\p{Cntrl}]{0,119}",
                  "is not a name MongoDB takes"))
          .defaultsTo("wide_events")
          .means("Collection of the events.");

  public static final Setting<Path> MONGODB_TLS_CA_FILE =
      Setting.named("MONGODB_TLS_CA_FILE", SettingType.path())
          .example("/etc/wide-events/mongodb-ca.pem")
          .means(
              "PEM file with the certificate authorities to trust for MongoDB; no other"
                  + " authorities are trusted. Turns TLS on. Unset: TLS as MONGODB_URI says, with"
                  + " the authorities of the JVM.");

  public static final Setting<Duration> MONGODB_TIMEOUT =
      Setting.named("MONGODB_TIMEOUT", SettingType.duration(Duration.ofMillis(100), ONE_HOUR))
          .defaultsTo("10s")
          .means("Time limit of one MongoDB operation, with the driver's own retries.");

  public static final Setting<Duration> MONGODB_SERVER_SELECTION_TIMEOUT =
      Setting.named(
              "MONGODB_SERVER_SELECTION_TIMEOUT",
              SettingType.duration(Duration.ofMillis(10), ONE_HOUR))
          .defaultsTo("2s")
          .means(
              "How long an operation waits for an available server before it reports an"
                  + " outage. At most MONGODB_TIMEOUT.");

  public static final Setting<Integer> MONGODB_MAX_CONNECTIONS =
      Setting.named("MONGODB_MAX_CONNECTIONS", SettingType.integer(1, 1000))
          .defaultsTo("16")
          .unit("connections")
          .means("Maximum of connections to each server. maxPoolSize in MONGODB_URI overrides it.");

  public static final Setting<Boolean> MONGODB_USER_INDEX =
      Setting.named("MONGODB_USER_INDEX", SettingType.bool())
          .defaultsTo("false")
          .means(
              "Whether to index user.id, for searches by user. Each index makes every write"
                  + " more expensive.");

  public static final Setting<Duration> EVENT_RETENTION =
      Setting.named("EVENT_RETENTION", SettingType.duration(Duration.ofMinutes(1), TEN_YEARS))
          .defaultsTo("30d")
          .means(
              "Age at which MongoDB deletes an event. Older events are rejected. Only"
                  + " log-worker init shortens the retention of stored events.");

  public static final Setting<Duration> EVENT_MAX_FUTURE =
      Setting.named("EVENT_MAX_FUTURE", SettingType.duration(Duration.ZERO, TEN_YEARS))
          .defaultsTo("24h")
          .means("How far an event's timestamp may be ahead of the clock.");

  public static final Setting<Integer> EVENT_MAX_BYTES =
      Setting.named("EVENT_MAX_BYTES", SettingType.smallBytes(1024, 8 * MEBIBYTE))
          .defaultsTo("256KiB")
          .means("Maximum size of an event as JSON.");

  public static final Setting<Integer> EVENT_MAX_DEPTH =
      Setting.named("EVENT_MAX_DEPTH", SettingType.integer(2, 90))
          .defaultsTo("32")
          .unit("levels")
          .means("Maximum nesting of objects and arrays in an event.");

  public static final Setting<Integer> EVENT_MAX_FIELDS =
      Setting.named("EVENT_MAX_FIELDS", SettingType.integer(4, 100_000))
          .defaultsTo("1000")
          .unit("fields")
          .means(
              "Maximum number of fields in an event, counted at any depth. Items of arrays"
                  + " do not count.");

  public static final Setting<Integer> EVENT_MAX_NAME_BYTES =
      Setting.named("EVENT_MAX_NAME_BYTES", SettingType.smallBytes(16, 4096))
          .defaultsTo("256")
          .unit("bytes")
          .means("Maximum length of a field name in UTF-8.");

  public static final Setting<Set<String>> EVENT_REDACT =
      Setting.named("EVENT_REDACT", RedactedNames.type())
          .defaultsTo("default")
          .example("default,ssn,*_pin")
          .means(
              "Names of the fields whose value is replaced by [REDACTED], at any depth and"
                  + " in upper or lower case. A * at the beginning or end of a name matches any"
                  + " text. The name default stands for passwords, tokens, cookies and the like;"
                  + " none turns redaction off.");

  public static final Setting<ValuePattern> EVENT_REDACT_PATTERN =
      Setting.named("EVENT_REDACT_PATTERN", redactedText())
          .example("[0-9]{13,16}|[A-Za-z0-9._-]+@[a-z0-9.-]+")
          .means(
              "Regular expression (RE2). Text that matches is replaced by [REDACTED] in the"
                  + " values of all fields. Separate alternatives by |. Unset: values are not"
                  + " searched.");

  public static final Setting<LogLevel> LOG_LEVEL =
      Setting.named("LOG_LEVEL", SettingType.choice(LogLevel.class))
          .defaultsTo("info")
          .means(
              "Lowest level of the log lines that are written. debug also writes those of"
                  + " the libraries.");

  public static final Setting<LogFormat> LOG_FORMAT =
      Setting.named("LOG_FORMAT", SettingType.choice(LogFormat.class))
          .defaultsTo("text")
          .means("Format of the log lines, which go to stderr.");

  /** Every setting declared here, in the order of the documentation. */
  public static final List<Setting<?>> ALL =
      List.of(
          KAFKA_BROKER,
          KAFKA_LOG_TOPIC,
          MQ_DLQ_TOPIC,
          KAFKA_TOPIC_PARTITIONS,
          KAFKA_TOPIC_REPLICATION,
          KAFKA_TOPIC_MIN_ISR,
          KAFKA_TOPIC_RETENTION,
          MONGODB_URI,
          MONGODB_DATABASE,
          MONGODB_COLLECTION,
          MONGODB_TLS_CA_FILE,
          MONGODB_TIMEOUT,
          MONGODB_SERVER_SELECTION_TIMEOUT,
          MONGODB_MAX_CONNECTIONS,
          MONGODB_USER_INDEX,
          EVENT_RETENTION,
          EVENT_MAX_FUTURE,
          EVENT_MAX_BYTES,
          EVENT_MAX_DEPTH,
          EVENT_MAX_FIELDS,
          EVENT_MAX_NAME_BYTES,
          EVENT_REDACT,
          EVENT_REDACT_PATTERN,
          LOG_LEVEL,
          LOG_FORMAT);

  /** Names of the worker's own settings, which may be in the shared environment of a deployment. */
  public static final Set<String> OF_THE_WORKER =
      Set.of(
          "KAFKA_CONSUMER_GROUP",
          "KAFKA_GROUP_PROTOCOL",
          "MQ_BATCH_SIZE",
          "MQ_BATCH_TIMEOUT_MS",
          "MQ_BATCH_MAX_SIZE",
          "MQ_BATCH_MAX_BYTES",
          "MQ_BATCHES_IN_FLIGHT",
          "MQ_HELD_MAX_BYTES",
          "MQ_DLQ_BRAKE",
          "WORKER_HTTP_HOST",
          "WORKER_HTTP_PORT");

  private CommonSettings() {}

  /** Checks the rules between these settings, for {@link SettingsCatalogue#checkedBy}. */
  public static List<SettingProblem> check(SettingValues values) {
    List<SettingProblem> problems = new ArrayList<>();
    Optional<String> deadLetters = values.find(MQ_DLQ_TOPIC);
    if (deadLetters.isPresent() && deadLetters.equals(values.find(KAFKA_LOG_TOPIC))) {
      problems.add(values.problem(MQ_DLQ_TOPIC, "is KAFKA_LOG_TOPIC as well"));
    } else if (deadLetters.isPresent()
        && deadLetters
            .map(CommonSettings::metricName)
            .equals(values.find(KAFKA_LOG_TOPIC).map(CommonSettings::metricName))) {
      problems.add(
          values.problem(
              MQ_DLQ_TOPIC,
              "differs from %s in . and _ only, and Kafka has no two such topics"
                  .formatted(values.shown(KAFKA_LOG_TOPIC))));
    }
    checkMongoNames(values).ifPresent(problems::add);
    checkPool(values).ifPresent(problems::add);
    atMost(values, KAFKA_TOPIC_MIN_ISR, KAFKA_TOPIC_REPLICATION).ifPresent(problems::add);
    atMost(values, MONGODB_SERVER_SELECTION_TIMEOUT, MONGODB_TIMEOUT).ifPresent(problems::add);
    values
        .find(MONGODB_TLS_CA_FILE)
        .flatMap(TrustedAuthorities::problemOf)
        .ifPresent(problem -> problems.add(values.problem(MONGODB_TLS_CA_FILE, problem)));
    return problems;
  }

  /** The name of a topic in Kafka's metrics; Kafka rejects two topics with the same metric name. */
  private static String metricName(String topic) {
    return topic.replace('.', '_');
  }

  /** MongoDB limits the bytes of a name, and the pattern of a setting limits its characters. */
  private static Optional<SettingProblem> checkMongoNames(SettingValues values) {
    Optional<String> database = values.find(MONGODB_DATABASE);
    Optional<String> collection = values.find(MONGODB_COLLECTION);
    int databaseBytes = database.map(CommonSettings::utf8Length).orElse(0);
    if (databaseBytes > MOST_DATABASE_BYTES) {
      return Optional.of(values.problem(MONGODB_DATABASE, "is longer than 63 bytes in UTF-8"));
    }
    int namespaceBytes = databaseBytes + 1 + collection.map(CommonSettings::utf8Length).orElse(0);
    return namespaceBytes > MOST_NAMESPACE_BYTES
        ? Optional.of(
            values.problem(
                MONGODB_COLLECTION, "is longer than 255 bytes in UTF-8 with MONGODB_DATABASE"))
        : Optional.empty();
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The driver builds no client whose minimum pool size is larger than its maximum. */
  private static Optional<SettingProblem> checkPool(SettingValues values) {
    Optional<Integer> most = values.find(MONGODB_MAX_CONNECTIONS);
    return values
        .find(MONGODB_URI)
        .flatMap(uri -> most.flatMap(max -> MongoSettings.poolProblem(uri, max)))
        .map(problem -> values.problem(MONGODB_URI, problem));
  }

  private static <T extends Comparable<T>> Optional<SettingProblem> atMost(
      SettingValues values, Setting<T> lesser, Setting<T> greater) {
    return values
        .find(lesser)
        .flatMap(a -> values.find(greater).filter(b -> a.compareTo(b) > 0))
        .map(b -> values.problem(lesser, "is more than " + values.shown(greater)));
  }

  /** The layout of the events' topic. */
  public static TopicLayout eventTopic(SettingValues values) {
    return topic(
        values,
        values.get(KAFKA_LOG_TOPIC),
        Optional.of(values.get(KAFKA_TOPIC_RETENTION)),
        maxMessageBytes(values));
  }

  /**
   * The layout of the dead-letter topic: unlimited retention, and headroom for the dead-letter
   * headers.
   */
  public static TopicLayout deadLetterTopic(SettingValues values) {
    return topic(
        values,
        values.get(MQ_DLQ_TOPIC),
        Optional.empty(),
        maxMessageBytes(values) + TopicLayout.HEADROOM_BYTES);
  }

  /** The rules for events, for posted bodies of at most {@code maxEvents}. */
  public static EncoderSettings encoderSettings(SettingValues values, int maxEvents) {
    EventLimits limits =
        new EventLimits(
            values.get(EVENT_MAX_BYTES),
            values.get(EVENT_MAX_DEPTH),
            values.get(EVENT_MAX_FIELDS),
            values.get(EVENT_MAX_NAME_BYTES));
    return new EncoderSettings(
        limits,
        maxEvents,
        values.get(EVENT_RETENTION),
        values.get(EVENT_MAX_FUTURE),
        values.get(EVENT_REDACT),
        values.find(EVENT_REDACT_PATTERN).orElse(ValuePattern.NONE));
  }

  /** The MongoDB settings among the given values. */
  public static MongoSettings mongoSettings(SettingValues values) {
    return new MongoSettings(
        values.get(MONGODB_URI),
        values.get(MONGODB_DATABASE),
        values.get(MONGODB_COLLECTION),
        values.get(MONGODB_TIMEOUT),
        values.get(MONGODB_SERVER_SELECTION_TIMEOUT),
        values.get(MONGODB_MAX_CONNECTIONS),
        values.get(EVENT_RETENTION),
        values.get(MONGODB_USER_INDEX),
        values.find(MONGODB_TLS_CA_FILE));
  }

  private static int maxMessageBytes(SettingValues values) {
    return Math.max(
        TopicLayout.KAFKA_DEFAULT_MAX_MESSAGE_BYTES,
        values.get(EVENT_MAX_BYTES) + TopicLayout.HEADROOM_BYTES);
  }

  private static TopicLayout topic(
      SettingValues values, String name, Optional<Duration> retention, int maxMessageBytes) {
    return new TopicLayout(
        name,
        values.get(KAFKA_TOPIC_PARTITIONS),
        values.find(KAFKA_TOPIC_REPLICATION).orElse((int) TopicLayout.BROKER_DEFAULT).shortValue(),
        values.find(KAFKA_TOPIC_MIN_ISR).map(OptionalInt::of).orElse(OptionalInt.empty()),
        retention,
        maxMessageBytes);
  }

  private static SettingType<String> connectionString() {
    return new SettingType<>(
        "uri",
        text ->
            MongoSettings.connectionStringProblem(text)
                .map(problem -> Parsed.<String>invalid("is not a connection string: " + problem))
                .orElseGet(() -> Parsed.value(text)));
  }

  private static SettingType<ValuePattern> redactedText() {
    return new SettingType<>(
        "regex",
        text -> {
          try {
            return Parsed.value(ValuePattern.of(text));
          } catch (IllegalArgumentException e) {
            return Parsed.invalid("cannot be used: " + e.getMessage());
          }
        });
  }

  private static SettingType<String> topicName() {
    return SettingType.matching(
        "topic",
        "(?!\\.{1,2}$)(?!(?:" + KAFKA_OWN_TOPICS + ")$)[A-Za-z0-9._-]{1,249}",
        "is not a name Kafka takes for a topic, or one it keeps for itself");
  }
}
