package io.wideevents.gateway;

import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.setup.Backends;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolLogger;
import io.wideevents.delivery.spool.SpoolReplayer;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.Tier;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.gateway.http.ExtraRoutes;
import io.wideevents.gateway.http.HttpServer;
import io.wideevents.gateway.metrics.GatewayGauges;
import io.wideevents.gateway.metrics.LoggingMeters;
import io.wideevents.gateway.metrics.MicrometerGatewayMetrics;
import io.wideevents.logging.LoggingService;
import io.wideevents.metrics.MetricsPage;
import io.wideevents.mongo.RetentionChange;
import io.wideevents.time.ClosingTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the parts of the gateway, and starts and closes them in order.
 *
 * <p>The gateway starts while Kafka or MongoDB is down. Closing takes less than eight seconds even
 * if both are down. Events that are in the spool then stay on disk.
 */
public final class GatewayApplication implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GatewayApplication.class);

  // Less than the eight seconds of a shutdown, because the log and the JVM need some time as well.
  private static final Duration CLOSE_BOUND = Duration.ofMillis(7_300);
  // Reserved for the disk, because the events of closing tiers can only be stored in the spool.
  private static final Duration KEPT_FOR_SPOOL = Duration.ofSeconds(1);

  private final ClosingTime closing = new ClosingTime(CLOSE_BOUND);
  private final Guards guards;
  private final EventSpool spool;
  private final Backends backends;
  private final SpoolReplayer replayer;
  private final MetricsPage metrics = new MetricsPage(GatewayApplication.class);
  private final Optional<LoggingService> ownEvents;
  private final Optional<Queries> queries;
  private final HttpServer http;
  private final boolean deadLettersRejected;

  /** A resource whose close throws no checked exception. */
  private interface Part extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Reads API keys and certificate and locks the spool's directory. Opens no connection.
   *
   * @throws io.wideevents.files.UnusableFileException if the file with the API keys, the
   *     certificate or its key is not usable
   * @throws io.wideevents.delivery.spool.SpoolUnavailableException if the directory is in use or
   *     cannot be written
   */
  public GatewayApplication(GatewaySettings settings) {
    InstantSource clock = InstantSource.system();
    guards = Guards.open(settings);
    deadLettersRejected = settings.intake().deadLettersRejected();
    spool =
        EventSpool.open(
            settings.delivery().spool(),
            new RecordDecoder(settings.delivery().rules(), clock),
            clock,
            closing);
    SpoolStats found = spool.stats();
    // Logs the absolute path, because the setting may be relative.
    log.atInfo()
        .addKeyValue(
            "directory", settings.delivery().spool().directory().toAbsolutePath().normalize())
        .addKeyValue("pendingEvents", found.pendingEvents())
        .addKeyValue("refusedEvents", found.refusedEvents())
        .log("Spool opened");
    ClosingTime beforeSpool = closing.keeping(KEPT_FOR_SPOOL);
    backends =
        Backends.above(
            new SpoolLogger(spool),
            this::spoolStatus,
            settings.delivery(),
            RetentionChange.LENGTHEN,
            beforeSpool);
    replayer =
        new SpoolReplayer(
            spool,
            backends.tiers(),
            backends.deadLetters(),
            settings.delivery().spool().replayEventsPerSecond());
    backends.delivery().onRecovery(replayer::wake);
    ownEvents =
        settings
            .ownEvents()
            .map(
                own ->
                    LoggingService.queued(
                        own, backends.delivery().live(), new SpoolLogger(spool), clock));
    queries =
        settings
            .query()
            .map(
                query ->
                    Queries.of(
                        query,
                        Queries.view(backends.delivery()::status, spool, settings.topics()),
                        guards.access(),
                        clock,
                        metrics.registry()));
    http =
        new HttpServer(
            settings.http(),
            new HttpServer.Security(guards.access(), guards.tls()),
            new HttpServer.Intake(
                new EventEncoder(settings.delivery().rules(), clock),
                backends.delivery().live(),
                backends.delivery()::status,
                settings.spans(),
                settings.intake().intake(),
                deadLettersRejected ? backends.rejectedEvents() : Optional.empty()),
            new HttpServer.Telemetry(
                new MicrometerGatewayMetrics(metrics.registry()), metrics::scrape, ownEvents),
            queries.<ExtraRoutes>map(query -> query.routes()::register).orElse(ExtraRoutes.NONE),
            beforeSpool);
    GatewayGauges gauges = new GatewayGauges(metrics.registry());
    gauges.tiers(backends.delivery()::status);
    gauges.breakers(backends.delivery()::circuits);
    gauges.tierFailures(backends.delivery()::failures);
    gauges.spool(spool::stats, replayer::stats, clock);
    gauges.deadLettersCut(backends::deadLettersLacking);
    gauges.requestMemory(http::inFlightBytes, settings.http().maxInFlightBytes());
    gauges.connections(http::openConnections, http::closedConnections);
    ownEvents.ifPresent(logging -> LoggingMeters.bind(metrics.registry(), logging::stats));
  }

  /**
   * Starts all parts.
   *
   * @return the port that the HTTP server listens on
   * @throws io.javalin.util.JavalinBindException if the port is in use or the address is not local
   */
  public int start() {
    guards.start();
    backends.start();
    if (deadLettersRejected) {
      backends.startDeadLetters();
    }
    replayer.start();
    return http.start();
  }

  /** Describes what would be left if the process ended now, for a last log line. */
  String leftovers() {
    return "requests without an answer, whose clients must send them again; %d events in the spool"
        .formatted(spool.stats().pendingEvents());
  }

  /**
   * Closes all parts, the server after the tiers. When the tiers close, their unconfirmed events go
   * to the spool. The server can then answer the requests that wait for these events. Queries under
   * way fail when their connection closes, so the server does not wait for them.
   */
  @Override
  public void close() {
    Part tiers = backends::closeTiers;
    Part events = () -> ownEvents.ifPresent(LoggingService::close);
    Part stored = () -> queries.ifPresent(query -> query.store().close());
    // Try-with-resources closes in reverse order, and closes each part even if another one throws.
    try (guards;
        metrics;
        spool;
        backends;
        http;
        stored;
        tiers;
        events;
        replayer) {
      replayer.stop();
      // A tail has no end, and the server waits for replies under way.
      queries.ifPresent(query -> query.routes().close());
      http.drain();
    }
  }

  private TierStatus spoolStatus() {
    SpoolStats stats = spool.stats();
    TierStatus.State state =
        stats.trouble().isEmpty() ? TierStatus.State.UP : TierStatus.State.DOWN;
    TierStatus status =
        TierStatus.of(Tier.SPOOL, state)
            .holding(new TierStatus.Backlog(stats.pendingEvents(), stats.bytes(), stats.oldest()));
    return stats
        .trouble()
        .map(trouble -> status.because(trouble.message()).since(trouble.since()))
        .or(() -> stats.damage().summary().map(status::because))
        .orElse(status);
  }
}
