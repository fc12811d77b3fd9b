package io.wideevents.gateway;

import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.Tier;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.gateway.delivery.DeliveryTiers;
import io.wideevents.gateway.delivery.TierStatus;
import io.wideevents.gateway.http.HttpServer;
import io.wideevents.gateway.kafka.KafkaClient;
import io.wideevents.gateway.kafka.KafkaDeadLetters;
import io.wideevents.gateway.mongo.MongoLogger;
import io.wideevents.gateway.mongo.MongoLoggerSettings;
import io.wideevents.gateway.spool.DeadLetterPort;
import io.wideevents.gateway.spool.EventSpool;
import io.wideevents.gateway.spool.SegmentEventSpool;
import io.wideevents.gateway.spool.SpoolLogger;
import io.wideevents.gateway.spool.SpoolReplayer;
import io.wideevents.gateway.spool.SpoolStats;
import io.wideevents.mongo.CollectionSetup;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The gateway, put together: what depends on what, in which order it starts and, reversed, ends.
 *
 * <p>Starting succeeds while Kafka and MongoDB are down: going on without them is its job. Closing
 * takes less than eight seconds whatever is down; what the spool holds by then waits on disk.
 */
public final class GatewayApplication implements AutoCloseable {
  private static final String APPLICATION_NAME = "api-gateway";

  // Part of the eight seconds; requests have been answered by then, so little is left to wait for.
  private static final Duration MONGO_CLOSE_TIMEOUT = Duration.ofMillis(1_500);

  private final MongoConnection mongo;
  private final CollectionSetup setup;
  private final Optional<KafkaClient> kafka;
  private final Optional<KafkaDeadLetters> deadLetters;
  private final EventSpool spool;
  private final DeliveryTiers tiers;
  private final SpoolReplayer replayer;
  private final HttpServer http;

  /**
   * Takes the spool's directory; connects to nothing yet.
   *
   * @throws io.wideevents.gateway.spool.SpoolUnavailableException if the directory is in use or
   *     cannot be written
   */
  public GatewayApplication(GatewaySettings settings) {
    InstantSource clock = InstantSource.system();
    spool =
        SegmentEventSpool.open(settings.spool(), new RecordDecoder(settings.rules(), clock), clock);
    mongo = new MongoConnection(settings.mongo(), APPLICATION_NAME);
    setup = new CollectionSetup(new EventCollection(mongo));
    kafka = settings.kafka().map(KafkaClient::new);
    deadLetters = settings.kafka().map(KafkaDeadLetters::new);
    tiers =
        new DeliveryTiers(
            kafka.map(client -> client),
            new MongoLogger(
                new MongoBatchWriter(mongo),
                MongoLoggerSettings.DEFAULT.withCloseTimeout(MONGO_CLOSE_TIMEOUT)),
            new SpoolLogger(spool),
            this::spoolStatus);
    replayer =
        new SpoolReplayer(
            spool,
            tiers.replay(),
            deadLetters.<DeadLetterPort>map(port -> port).orElse(DeadLetterPort.UNAVAILABLE),
            settings.spool().replayEventsPerSecond());
    tiers.onRecovery(replayer::wake);
    http =
        new HttpServer(
            settings.http(),
            new EventEncoder(settings.rules(), clock),
            tiers.live(),
            tiers::status);
  }

  /**
   * Starts every part.
   *
   * @return the port that requests are answered on
   * @throws io.javalin.util.JavalinBindException if the address is taken, or not ours
   */
  public int start() {
    setup.start();
    kafka.ifPresent(KafkaClient::start);
    replayer.start();
    return http.start();
  }

  /** What would be left behind if the process ended now, for a last line of log. */
  String leftovers() {
    return "requests without an answer, whose clients must send them again; %d events in the spool"
        .formatted(spool.stats().pendingEvents());
  }

  @Override
  public void close() {
    http.close();
    replayer.close();
    tiers.close();
    deadLetters.ifPresent(KafkaDeadLetters::close);
    spool.close();
    setup.close();
    mongo.close();
  }

  private TierStatus spoolStatus() {
    SpoolStats stats = spool.stats();
    TierStatus status =
        TierStatus.of(
                Tier.SPOOL, stats.trouble().isEmpty() ? TierStatus.State.UP : TierStatus.State.DOWN)
            .holding(new TierStatus.Backlog(stats.pendingEvents(), stats.bytes(), stats.oldest()));
    return stats.trouble().map(status::because).orElse(status);
  }
}
