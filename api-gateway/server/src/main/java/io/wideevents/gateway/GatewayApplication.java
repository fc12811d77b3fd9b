package io.wideevents.gateway;

import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.setup.Backends;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SegmentEventSpool;
import io.wideevents.delivery.spool.SpoolLogger;
import io.wideevents.delivery.spool.SpoolReplayer;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.Tier;
import io.wideevents.gateway.config.GatewaySettings;
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
 * The gateway, put together: what depends on what, in which order it starts and, reversed, ends.
 *
 * <p>Starting succeeds while Kafka and MongoDB are down: going on without them is its job. Closing
 * takes less than eight seconds whatever is down; what the spool holds by then waits on disk.
 */
public final class GatewayApplication implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GatewayApplication.class);

  // Less than the eight seconds of a shutdown: the log and the JVM need a moment as well.
  private static final Duration CLOSE_BOUND = Duration.ofMillis(7_300);
  // Kept from everything else, for the disk: what is spooled last is what has no other place.
  private static final Duration KEPT_FOR_SPOOL = Duration.ofSeconds(1);

  private final ClosingTime closing = new ClosingTime(CLOSE_BOUND);
  private final Guards guards;
  private final EventSpool spool;
  private final Backends backends;
  private final SpoolReplayer replayer;
  private final MetricsPage metrics = new MetricsPage(GatewayApplication.class);
  private final Optional<LoggingService> ownEvents;
  private final HttpServer http;

  /** Something to close that throws no checked exception. */
  private interface Part extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Reads keys and certificates and takes the spool's directory; connects to nothing yet.
   *
   * @throws io.wideevents.files.UnusableFileException if the file with the API keys, the
   *     certificate or its key is no good
   * @throws io.wideevents.delivery.spool.SpoolUnavailableException if the directory is in use or
   *     cannot be written
   */
  public GatewayApplication(GatewaySettings settings) {
    InstantSource clock = InstantSource.system();
    guards = Guards.open(settings);
    spool =
        SegmentEventSpool.open(
            settings.delivery().spool(),
            new RecordDecoder(settings.delivery().rules(), clock),
            clock,
            closing);
    SpoolStats found = spool.stats();
    // The setting may be relative; this is where a person has to look.
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
    http =
        new HttpServer(
            settings.http(),
            guards.tls(),
            guards.access(),
            new EventEncoder(settings.delivery().rules(), clock),
            backends.delivery().live(),
            backends.delivery()::status,
            new MicrometerGatewayMetrics(metrics.registry()),
            metrics::scrape,
            ownEvents,
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
   * Starts every part.
   *
   * @return the port that requests are answered on
   * @throws io.javalin.util.JavalinBindException if the address is taken, or not ours
   */
  public int start() {
    guards.start();
    backends.start();
    replayer.start();
    return http.start();
  }

  /** What would be left behind if the process ended now, for a last line of log. */
  String leftovers() {
    return "requests without an answer, whose clients must send them again; %d events in the spool"
        .formatted(spool.stats().pendingEvents());
  }

  /**
   * Finishes the requests under way: those that still wait for a tier get their answer from the
   * spool, once the tier's closing has given them up. Hence the server ends after the tiers.
   */
  @Override
  public void close() {
    Part tiers = backends::closeTiers;
    Part events = () -> ownEvents.ifPresent(LoggingService::close);
    // Closed in reverse order, and each one whatever the one before throws.
    try (guards;
        metrics;
        spool;
        backends;
        http;
        tiers;
        events;
        replayer) {
      replayer.stop();
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
