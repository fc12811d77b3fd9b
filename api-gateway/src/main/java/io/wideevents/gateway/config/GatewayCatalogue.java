package io.wideevents.gateway.config;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.gateway.access.AccessCatalogue;
import io.wideevents.gateway.http.HttpSettings;
import io.wideevents.gateway.http.TlsCatalogue;
import io.wideevents.gateway.kafka.KafkaSettings;
import io.wideevents.gateway.spool.SpoolCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
      Setting.named("MQ_PUBLISH_RETRIES", SettingType.integer(0, 100))
          .defaultsTo("3")
          .unit("retries")
          .means("How often the Kafka client sends a record again, within its five seconds.");

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
          .means("How long a body may take to arrive.");

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
                  + " answered with 429. Less than MQ_BUFFER_BYTES, and at least one and a half"
                  + " times HTTP_MAX_INFLATED_BYTES; the heap (-Xmx) should be four times as large.");

  public static final Setting<Integer> HTTP_MAX_EVENTS =
      Setting.named("HTTP_MAX_EVENTS", SettingType.integer(1, 1_000_000))
          .defaultsTo(Integer.toString(EncoderSettings.DEFAULT_MAX_EVENTS))
          .unit("events")
          .means("Most events in one body.");

  /**
   * Every setting of the gateway, with the rules that hold where it is a library in a service,
   * which serves no HTTP of the gateway's.
   */
  public static final SettingsCatalogue LIBRARY =
      SettingsCatalogue.of("api-gateway", all())
          .checkedBy(CommonSettings::check)
          .ignoring(OF_THE_WORKER);

  /** The same with all rules, for the gateway itself. */
  public static final SettingsCatalogue CATALOGUE =
      LIBRARY
          .checkedBy(GatewayCatalogue::checkBodies)
          .checkedBy(GatewayCatalogue::checkInFlight)
          .checkedBy(GatewayCatalogue::checkAccess)
          .checkedBy(AccessCatalogue::check)
          .checkedBy(TlsCatalogue::check);

  private GatewayCatalogue() {}

  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>(CommonSettings.ALL);
    all.addAll(
        List.of(
            MQ_ENABLED,
            MQ_TYPE,
            MQ_PUBLISH_RETRIES,
            MQ_LINGER_MS,
            MQ_COMPRESSION,
            MQ_BUFFER_BYTES,
            HTTP_HOST,
            HTTP_PORT,
            HTTP_ALLOW_ANONYMOUS,
            HTTP_ACK_TIMEOUT,
            HTTP_BODY_TIMEOUT,
            HTTP_MAX_BODY_BYTES,
            HTTP_MAX_INFLATED_BYTES,
            HTTP_MAX_IN_FLIGHT_BYTES,
            HTTP_MAX_EVENTS));
    all.addAll(AccessCatalogue.ALL);
    all.addAll(TlsCatalogue.ALL);
    all.addAll(SpoolCatalogue.ALL);
    all.addAll(LoggingCatalogue.ALL);
    return all;
  }

  private static List<SettingProblem> checkBodies(SettingValues values) {
    return values
        .find(CommonSettings.EVENT_MAX_BYTES)
        .filter(event -> values.find(HTTP_MAX_BODY_BYTES).filter(body -> body < event).isPresent())
        .map(
            event ->
                List.of(
                    values.problem(
                        HTTP_MAX_BODY_BYTES,
                        "is less than " + values.shown(CommonSettings.EVENT_MAX_BYTES))))
        .orElse(List.of());
  }

  private static List<SettingProblem> checkInFlight(SettingValues values) {
    Optional<Long> inFlight = values.find(HTTP_MAX_IN_FLIGHT_BYTES);
    Optional<Integer> inflated = values.find(HTTP_MAX_INFLATED_BYTES);
    Optional<Long> buffer = values.find(MQ_BUFFER_BYTES);
    if (inFlight.isEmpty() || inflated.isEmpty() || buffer.isEmpty()) {
      return List.of();
    }
    if (inFlight.get() < HttpSettings.leastInFlightBytes(inflated.get())) {
      return List.of(
          values.problem(
              HTTP_MAX_IN_FLIGHT_BYTES,
              "is less than one and a half times " + values.shown(HTTP_MAX_INFLATED_BYTES)));
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
