package io.wideevents.gateway.config;

import static io.wideevents.config.SettingType.bool;
import static io.wideevents.config.SettingType.choice;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.KafkaCluster;
import io.wideevents.config.LogSettings;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.delivery.setup.DeliverySettings;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.gateway.access.AccessSettings;
import io.wideevents.gateway.http.HttpSettings;
import io.wideevents.gateway.http.IntakeSettings;
import io.wideevents.gateway.http.TlsSettings;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.otlp.SpanSelection;
import io.wideevents.query.config.QuerySettings;
import io.wideevents.query.trace.TopicSettings;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The validated settings of the gateway. Immutable.
 *
 * @param log log lines of the process
 * @param intake what happens to posted events that do not follow the rules
 * @param tls certificate and key for HTTPS; empty for plain HTTP
 * @param access API keys and rate limits
 * @param spans which spans of OpenTelemetry become events
 * @param delivery settings of the tiers, and the rules that posted events must follow
 * @param query the query API and the page; empty when they are not served
 * @param topics the topics that the query side reads; empty if the message queue is switched off
 * @param ownEvents how the gateway logs its own requests; empty when it does not log them
 */
public record GatewaySettings(
    LogSettings log,
    HttpSettings http,
    IntakeSettings intake,
    Optional<TlsSettings> tls,
    AccessSettings access,
    SpanSelection spans,
    DeliverySettings delivery,
    Optional<QuerySettings> query,
    Optional<TopicSettings> topics,
    Optional<LoggingSettings> ownEvents) {
  private static final String SERVICE = "api-gateway";

  /** All settings of the gateway. */
  public static final SettingsCatalogue<GatewaySettings> CATALOGUE =
      SettingsCatalogue.of("api-gateway", GatewaySettings::read)
          .ignoring(CommonSettings.OF_THE_WORKER);

  // Reads in the order of the documentation and of --help.
  private static Supplier<GatewaySettings> read(SettingsReader settings) {
    Supplier<KafkaCluster> cluster = KafkaCluster.read(settings);
    Supplier<TopicSettings> topics = TopicSettings.read(settings, cluster);
    Supplier<MongoSettings> mongo = CommonSettings.mongo(settings);
    Supplier<EncoderSettings> rules =
        CommonSettings.rules(settings, () -> HttpSettings.maxEvents(settings).get());
    Supplier<LogSettings> log = LogSettings.read(settings);
    SettingValue<Boolean> queueEnabled = DeliverySettings.queueEnabled(settings);
    // There is one kind so far, so reading only checks the value.
    var unused =
        settings
            .read("MQ_TYPE", choice(MqType.class))
            .byDefault("kafka")
            .means("Kind of message queue.");
    Supplier<KafkaSettings> kafka = KafkaSettings.read(settings, cluster);
    Supplier<HttpSettings> http = HttpSettings.read(settings);
    Supplier<IntakeSettings> intake = IntakeSettings.read(settings);
    Supplier<AccessSettings> access = AccessSettings.read(settings);
    Supplier<Optional<TlsSettings>> tls = TlsSettings.read(settings);
    SettingValue<SpanSelection> spans =
        settings
            .read("OTLP_SPANS", choice(SpanSelection.class))
            .byDefault("requests")
            .means(
                "Which spans posted to /v1/traces become events. requests: spans of kind SERVER"
                    + " or CONSUMER, spans without a parent, and spans with the attribute"
                    + " main=true. all: every span.");
    Supplier<SpoolSettings> spool = SpoolSettings.read(settings);
    Supplier<Optional<QuerySettings>> query = QuerySettings.read(settings, mongo);
    SettingValue<Boolean> logsOwnRequests =
        settings
            .read("LOGGING_OWN_REQUESTS", bool())
            .byDefault("false")
            .means(
                "Whether the gateway logs one event for each request that it"
                    + " answers. Posts of events, tails and the files of the page are excluded. Most"
                    + " other requests are health checks and scrapes, so sample them.");
    Supplier<LoggingSettings> ownEvents = LoggingSettings.read(settings, SERVICE, rules);
    return () ->
        new GatewaySettings(
            log.get(),
            http.get(),
            intake.get(),
            tls.get(),
            access.get(),
            spans.get(),
            new DeliverySettings(
                queueEnabled.get() ? Optional.of(kafka.get()) : Optional.empty(),
                mongo.get(),
                spool.get(),
                rules.get()),
            query.get(),
            queueEnabled.get() ? Optional.of(topics.get()) : Optional.empty(),
            logsOwnRequests.get() ? Optional.of(ownEvents.get()) : Optional.empty());
  }
}
