package io.wideevents.gateway.config;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.TopicLayout;
import io.wideevents.gateway.access.AccessCatalogue;
import io.wideevents.gateway.http.HttpSettings;
import io.wideevents.gateway.http.TlsCatalogue;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import io.wideevents.gateway.kafka.KafkaSettings;
import io.wideevents.gateway.kafka.PropertiesCheck;
import io.wideevents.gateway.spool.SpoolCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The settings of the api-gateway: those it shares with the worker, and its own. */
public final class GatewayCatalogue {
  private static final int MEBIBYTE = 1024 * 1024;

  // The worker's, which one deployment's environment may well hold for both.
  private static final Set<String> OF_THE_WORKER =
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

  public static final Setting<Boolean> MQ_ENABLED =
      Setting.named("MQ_ENABLED", SettingType.bool())
          .defaultsTo("true")
          .means("Whether events go through the message queue; false: straight to MongoDB.");

  public static final Setting<MqType> MQ_TYPE =
      Setting.named("MQ_TYPE", SettingType.choice(MqType.class))
          .defaultsTo("kafka")
          .means("Kind of message queue.");

  public static final Setting<Integer> MQ_PUBLISH_RETRIES =
      Setting.named("MQ_PUBLISH_RETRIES", SettingType.integer(1, 100))
          .defaultsTo("3")
          .unit("retries")
          .means(
              "How often the Kafka client sends a record again, within its five seconds. At least 1:"
                  + " Kafka writes a record once only with a client that may retry.");

  public static final Setting<Duration> MQ_LINGER_MS =
      Setting.named("MQ_LINGER_MS", SettingType.millis(Duration.ZERO, Duration.ofSeconds(1)))
          .defaultsTo("0")
          .unit("ms")
          .means(
              "How long a record waits for company. The client batches behind requests in flight"
                  + " anyway; more only adds to the time of a reply.");

  public static final Setting<KafkaSettings.Compression> MQ_COMPRESSION =
      Setting.named("MQ_COMPRESSION", SettingType.choice(KafkaSettings.Compression.class))
          .defaultsTo("none")
          .means("Compression of record batches on their way to Kafka and on its disks.");

  public static final Setting<Long> MQ_BUFFER_BYTES =
      Setting.named("MQ_BUFFER_BYTES", SettingType.bytes(8L * MEBIBYTE, 4096L * MEBIBYTE))
          .defaultsTo("64MiB")
          .means("Memory of the Kafka client for records not acknowledged yet.");

  public static final Setting<String> HTTP_HOST =
      Setting.named("HTTP_HOST", SettingType.text())
          .defaultsTo("127.0.0.1")
          .means(
              "Address to listen on; other than loopback only with API_KEYS_FILE or"
                  + " HTTP_ALLOW_ANONYMOUS.");

  public static final Setting<Integer> HTTP_PORT =
      Setting.named("HTTP_PORT", SettingType.integer(0, 65_535))
          .defaultsTo("8080")
          .means("Port to listen on; 0 takes any free one.");

  public static final Setting<Boolean> HTTP_ALLOW_ANONYMOUS =
      Setting.named("HTTP_ALLOW_ANONYMOUS", SettingType.bool())
          .defaultsTo("false")
          .means(
              "Whether anyone who reaches HTTP_HOST may post without a key, under any Host header: for"
                  + " networks that are guarded otherwise. Not beside API_KEYS_FILE.");

  public static final Setting<Duration> HTTP_ACK_TIMEOUT =
      Setting.named(
              "HTTP_ACK_TIMEOUT",
              SettingType.duration(Duration.ofMillis(100), Duration.ofMinutes(2)))
          .defaultsTo("8s")
          .means("How long a request waits for its events to become durable, over all tiers.");

  public static final Setting<Duration> HTTP_BODY_TIMEOUT =
      Setting.named(
              "HTTP_BODY_TIMEOUT",
              SettingType.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)))
          .defaultsTo("30s")
          .means(
              "How long a body may take to arrive. It also ends, with 408, when nothing comes for 5 s,"
                  + " or less than 1 KiB a second after its first 5 s.");

  public static final Setting<Integer> HTTP_MAX_BODY_BYTES =
      Setting.named("HTTP_MAX_BODY_BYTES", SettingType.smallBytes(1024, 256 * MEBIBYTE))
          .defaultsTo("8MiB")
          .means("Largest body on the wire.");

  public static final Setting<Integer> HTTP_MAX_INFLATED_BYTES =
      Setting.named("HTTP_MAX_INFLATED_BYTES", SettingType.smallBytes(1024, 512 * MEBIBYTE))
          .defaultsTo("32MiB")
          .means("Largest body after inflation.");

  public static final Setting<Long> HTTP_MAX_IN_FLIGHT_BYTES =
      Setting.named("HTTP_MAX_IN_FLIGHT_BYTES", SettingType.bytes(1024, 1024L * 1024 * MEBIBYTE))
          .defaultsTo("56MiB")
          .means(
              "Memory for the bodies and events of all requests under way; beyond it requests are"
                  + " answered with 429. Less than MQ_BUFFER_BYTES, and at least"
                  + " HTTP_MAX_BODY_BYTES and one and a half times HTTP_MAX_INFLATED_BYTES together;"
                  + " the heap (-Xmx) should be four times as large. A quarter of it is one client's"
                  + " share for the bodies it is sending.");

  public static final Setting<Integer> HTTP_MAX_CONNECTIONS_PER_ADDRESS =
      Setting.named(
              "HTTP_MAX_CONNECTIONS_PER_ADDRESS",
              SettingType.integer(
                  HttpSettings.MIN_CONNECTIONS_PER_ADDRESS,
                  HttpSettings.MAX_CONNECTIONS_PER_ADDRESS))
          .defaultsTo(Integer.toString(ConnectionLimits.DEFAULT_PER_ADDRESS))
          .unit("connections")
          .means(
              "Most connections of one client address (of one /64 network for IPv6), of 1000 in total;"
                  + " 1000 behind a load balancer, whose clients share its address.");

  public static final Setting<Integer> HTTP_MAX_EVENTS =
      Setting.named("HTTP_MAX_EVENTS", SettingType.integer(1, 1_000_000))
          .defaultsTo(Integer.toString(EncoderSettings.DEFAULT_MAX_EVENTS))
          .unit("events")
          .means("Most events in one body.");

  private static final List<Setting<?>> HTTP =
      List.of(
          HTTP_HOST,
          HTTP_PORT,
          HTTP_ALLOW_ANONYMOUS,
          HTTP_ACK_TIMEOUT,
          HTTP_BODY_TIMEOUT,
          HTTP_MAX_BODY_BYTES,
          HTTP_MAX_INFLATED_BYTES,
          HTTP_MAX_IN_FLIGHT_BYTES,
          HTTP_MAX_CONNECTIONS_PER_ADDRESS,
          HTTP_MAX_EVENTS);

  /** Every setting of the gateway, with all rules among them. */
  public static final SettingsCatalogue CATALOGUE =
      SettingsCatalogue.of("api-gateway", all())
          .checkedBy(CommonSettings::check)
          .checkedBy(GatewayCatalogue::checkRecords)
          .checkedBy(GatewayCatalogue::checkKafka)
          .ignoring(OF_THE_WORKER)
          .checkedBy(GatewayCatalogue::checkBodies)
          .checkedBy(GatewayCatalogue::checkInFlight)
          .checkedBy(GatewayCatalogue::checkAccess)
          .checkedBy(AccessCatalogue::check)
          .checkedBy(TlsCatalogue::check);

  /**
   * The settings of the gateway as a library in a service. Reads only what the library uses: the
   * service has variables of its own that are called {@code LOG_LEVEL}, {@code HTTP_PORT} or {@code
   * MQ_TYPE}, with values that mean nothing here.
   */
  public static final SettingsCatalogue LIBRARY =
      SettingsCatalogue.of("the wide-events library", all())
          .checkedBy(CommonSettings::check)
          .checkedBy(GatewayCatalogue::checkRecords)
          .checkedBy(GatewayCatalogue::checkKafka)
          .ignoring(OF_THE_WORKER)
          .amongOthers(ofTheProcess());

  private GatewayCatalogue() {}

  /**
   * What belongs to the process: how it logs, how it serves HTTP, and what only the gateway does.
   */
  private static List<Setting<?>> ofTheProcess() {
    List<Setting<?>> all = new ArrayList<>(HTTP);
    all.addAll(
        List.of(
            CommonSettings.LOG_LEVEL,
            CommonSettings.LOG_FORMAT,
            MQ_TYPE,
            LoggingCatalogue.LOGGING_OWN_REQUESTS));
    all.addAll(AccessCatalogue.ALL);
    all.addAll(TlsCatalogue.ALL);
    return all;
  }

  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>(CommonSettings.ALL);
    all.addAll(
        List.of(
            MQ_ENABLED,
            MQ_TYPE,
            MQ_PUBLISH_RETRIES,
            MQ_LINGER_MS,
            MQ_COMPRESSION,
            MQ_BUFFER_BYTES));
    all.addAll(HTTP);
    all.addAll(AccessCatalogue.ALL);
    all.addAll(TlsCatalogue.ALL);
    all.addAll(SpoolCatalogue.ALL);
    all.addAll(LoggingCatalogue.ALL);
    return all;
  }

  /** An event of the largest size must fit everything that it goes through. */
  private static List<SettingProblem> checkRecords(SettingValues values) {
    Optional<Integer> event = values.find(CommonSettings.EVENT_MAX_BYTES);
    if (event.isEmpty()) {
      return List.of();
    }
    List<SettingProblem> problems = new ArrayList<>();
    long record = event.get() + (long) TopicLayout.HEADROOM_BYTES;
    for (Setting<Long> setting : List.of(MQ_BUFFER_BYTES, LoggingCatalogue.LOGGING_QUEUE_BYTES)) {
      if (values.find(setting).filter(bytes -> bytes < record).isPresent()) {
        problems.add(values.problem(setting, tooSmall(values, record)));
      }
    }
    long spooled = 2 * record;
    if (values.find(SpoolCatalogue.SPOOL_MAX_BYTES).filter(bytes -> bytes < spooled).isPresent()) {
      problems.add(values.problem(SpoolCatalogue.SPOOL_MAX_BYTES, tooSmall(values, spooled)));
    }
    return problems;
  }

  private static List<SettingProblem> checkKafka(SettingValues values) {
    // Each of these is reported by itself when it is wrong.
    boolean complete =
        Stream.of(
                CommonSettings.KAFKA_BROKER,
                CommonSettings.KAFKA_LOG_TOPIC,
                CommonSettings.MQ_DLQ_TOPIC,
                CommonSettings.KAFKA_TOPIC_PARTITIONS,
                CommonSettings.KAFKA_TOPIC_RETENTION,
                CommonSettings.EVENT_MAX_BYTES,
                MQ_PUBLISH_RETRIES,
                MQ_LINGER_MS,
                MQ_COMPRESSION,
                MQ_BUFFER_BYTES)
            .allMatch(setting -> values.find(setting).isPresent());
    return complete
        ? PropertiesCheck.problemOf(GatewaySettings.kafka(values))
            .map(values::kafkaClientProblem)
            .stream()
            .toList()
        : List.of();
  }

  private static String tooSmall(SettingValues values, long least) {
    return "does not hold an event of %s, which needs %d bytes"
        .formatted(values.shown(CommonSettings.EVENT_MAX_BYTES), least);
  }

  private static List<SettingProblem> checkBodies(SettingValues values) {
    Optional<Integer> event = values.find(CommonSettings.EVENT_MAX_BYTES);
    return Stream.of(HTTP_MAX_BODY_BYTES, HTTP_MAX_INFLATED_BYTES)
        .filter(
            setting ->
                event.isPresent()
                    && values.find(setting).filter(body -> body < event.get()).isPresent())
        .map(
            setting ->
                values.problem(
                    setting, "is less than " + values.shown(CommonSettings.EVENT_MAX_BYTES)))
        .toList();
  }

  private static List<SettingProblem> checkInFlight(SettingValues values) {
    Optional<Long> inFlight = values.find(HTTP_MAX_IN_FLIGHT_BYTES);
    Optional<Integer> inflated = values.find(HTTP_MAX_INFLATED_BYTES);
    Optional<Integer> body = values.find(HTTP_MAX_BODY_BYTES);
    Optional<Long> buffer = values.find(MQ_BUFFER_BYTES);
    if (inFlight.isEmpty() || inflated.isEmpty() || body.isEmpty() || buffer.isEmpty()) {
      return List.of();
    }
    if (inFlight.get() < HttpSettings.leastInFlightBytes(body.get(), inflated.get())) {
      return List.of(
          values.problem(
              HTTP_MAX_IN_FLIGHT_BYTES,
              "is less than %s and one and a half times %s together"
                  .formatted(
                      values.shown(HTTP_MAX_BODY_BYTES), values.shown(HTTP_MAX_INFLATED_BYTES))));
    }
    return inFlight.get() > buffer.get()
        ? List.of(
            values.problem(
                HTTP_MAX_IN_FLIGHT_BYTES,
                "is more than "
                    + values.shown(MQ_BUFFER_BYTES)
                    + ", so that publishing could block on a full buffer"))
        : List.of();
  }

  private static List<SettingProblem> checkAccess(SettingValues values) {
    boolean anonymous = values.find(HTTP_ALLOW_ANONYMOUS).filter(allowed -> allowed).isPresent();
    if (values.isExplicit(AccessCatalogue.API_KEYS_FILE)) {
      return anonymous
          ? List.of(
              values.problem(
                  HTTP_ALLOW_ANONYMOUS,
                  "contradicts API_KEYS_FILE, beside which every request needs a key; keep one of"
                      + " the two"))
          : List.of();
    }
    boolean open =
        values.find(HTTP_HOST).filter(host -> !Loopback.isLoopback(host)).isPresent() && !anonymous;
    return open
        ? List.of(
            values.problem(
                HTTP_HOST,
                "is not loopback, so that anyone who reaches it could post; name a file of API keys"
                    + " in API_KEYS_FILE, or guard the network and say HTTP_ALLOW_ANONYMOUS=true"))
        : List.of();
  }
}
