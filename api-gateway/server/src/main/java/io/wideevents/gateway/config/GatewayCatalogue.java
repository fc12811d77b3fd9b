package io.wideevents.gateway.config;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.delivery.kafka.KafkaCatalogue;
import io.wideevents.delivery.setup.DeliveryCatalogue;
import io.wideevents.delivery.spool.SpoolCatalogue;
import io.wideevents.gateway.access.AccessCatalogue;
import io.wideevents.gateway.http.HttpSettings;
import io.wideevents.gateway.http.TlsCatalogue;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import io.wideevents.logging.LoggingCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings of the api-gateway: those it shares with the worker and those of the gateway only.
 */
public final class GatewayCatalogue {
  private static final int MEBIBYTE = 1024 * 1024;

  public static final Setting<MqType> MQ_TYPE =
      Setting.named("MQ_TYPE", SettingType.choice(MqType.class))
          .defaultsTo("kafka")
          .means("Kind of message queue.");

  public static final Setting<String> HTTP_HOST =
      Setting.named("HTTP_HOST", SettingType.text())
          .defaultsTo("127.0.0.1")
          .means(
              "Address to listen on. Any other than loopback needs API_KEYS_FILE or"
                  + " HTTP_ALLOW_ANONYMOUS.");

  public static final Setting<Integer> HTTP_PORT =
      Setting.named("HTTP_PORT", SettingType.integer(0, 65_535))
          .defaultsTo("8080")
          .means("Port to listen on. 0: any free port.");

  public static final Setting<Boolean> HTTP_ALLOW_ANONYMOUS =
      Setting.named("HTTP_ALLOW_ANONYMOUS", SettingType.bool())
          .defaultsTo("false")
          .means(
              "Whether every client that reaches HTTP_HOST may post without a key, under"
                  + " any Host header. For networks that are protected in another way. Not"
                  + " together with API_KEYS_FILE.");

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
              "How long a body may take to arrive. The request also ends, with 408, when"
                  + " nothing arrives for 5 s, or less than 1 KiB a second after the first 5 s.");

  public static final Setting<Integer> HTTP_MAX_BODY_BYTES =
      Setting.named("HTTP_MAX_BODY_BYTES", SettingType.smallBytes(1024, 256 * MEBIBYTE))
          .defaultsTo("8MiB")
          .means("Maximum size of a body as it is sent.");

  public static final Setting<Integer> HTTP_MAX_INFLATED_BYTES =
      Setting.named("HTTP_MAX_INFLATED_BYTES", SettingType.smallBytes(1024, 512 * MEBIBYTE))
          .defaultsTo("32MiB")
          .means("Maximum size of a body after decompression.");

  public static final Setting<Long> HTTP_MAX_IN_FLIGHT_BYTES =
      Setting.named("HTTP_MAX_IN_FLIGHT_BYTES", SettingType.bytes(1024, 1024L * 1024 * MEBIBYTE))
          .defaultsTo("56MiB")
          .means(
              "Memory for the bodies and events of all requests in progress. Requests"
                  + " beyond it are answered with 429. It must be less than MQ_BUFFER_BYTES, and"
                  + " at least HTTP_MAX_BODY_BYTES plus one and a half times"
                  + " HTTP_MAX_INFLATED_BYTES. The heap (-Xmx) should be four times as large. The"
                  + " bodies that one client is sending may take a quarter of it, or two of"
                  + " HTTP_MAX_BODY_BYTES up to half of it, and in any case one.");

  public static final Setting<Integer> HTTP_MAX_CONNECTIONS_PER_ADDRESS =
      Setting.named(
              "HTTP_MAX_CONNECTIONS_PER_ADDRESS",
              SettingType.integer(
                  HttpSettings.MIN_CONNECTIONS_PER_ADDRESS,
                  HttpSettings.MAX_CONNECTIONS_PER_ADDRESS))
          .defaultsTo(Integer.toString(ConnectionLimits.DEFAULT_PER_ADDRESS))
          .unit("connections")
          .means(
              "Maximum of connections from one client address (from one /64 network for"
                  + " IPv6), out of 1000 in total. Set it to 1000 behind a load balancer, whose"
                  + " clients share its address.");

  public static final Setting<Integer> HTTP_MAX_EVENTS =
      Setting.named("HTTP_MAX_EVENTS", SettingType.integer(1, 1_000_000))
          .defaultsTo(Integer.toString(EncoderSettings.DEFAULT_MAX_EVENTS))
          .unit("events")
          .means("Maximum number of events in one body.");

  public static final Setting<Boolean> LOGGING_OWN_REQUESTS =
      Setting.named("LOGGING_OWN_REQUESTS", SettingType.bool())
          .defaultsTo("false")
          .means(
              "Whether the gateway logs one event of its own for each request that it"
                  + " answers. Posts of events are excluded. Most other requests are health checks"
                  + " and scrapes, so sample them.");

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

  /** All settings of the gateway, with the rules between them. */
  public static final SettingsCatalogue CATALOGUE =
      SettingsCatalogue.of("api-gateway", all())
          .checkedBy(CommonSettings::check)
          .checkedBy(DeliveryCatalogue::check)
          .checkedBy(LoggingCatalogue::check)
          .ignoring(CommonSettings.OF_THE_WORKER)
          .checkedBy(GatewayCatalogue::checkBodies)
          .checkedBy(GatewayCatalogue::checkInFlight)
          .checkedBy(GatewayCatalogue::checkAccess)
          .checkedBy(AccessCatalogue::check)
          .checkedBy(TlsCatalogue::check);

  private GatewayCatalogue() {}

  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>(CommonSettings.ALL);
    all.add(DeliveryCatalogue.MQ_ENABLED);
    all.add(MQ_TYPE);
    all.addAll(KafkaCatalogue.ALL);
    all.addAll(HTTP);
    all.addAll(AccessCatalogue.ALL);
    all.addAll(TlsCatalogue.ALL);
    all.addAll(SpoolCatalogue.ALL);
    all.add(LOGGING_OWN_REQUESTS);
    all.addAll(LoggingCatalogue.ALL);
    return all;
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
    Optional<Long> buffer = values.find(KafkaCatalogue.MQ_BUFFER_BYTES);
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
                    + values.shown(KafkaCatalogue.MQ_BUFFER_BYTES)
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
