package io.wideevents.gateway;

import io.wideevents.codec.EventEncoder;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.gateway.delivery.DeliveryTiers;
import io.wideevents.gateway.http.HttpServer;
import io.wideevents.gateway.kafka.KafkaClient;
import io.wideevents.gateway.mongo.MongoLogger;
import io.wideevents.gateway.mongo.MongoLoggerSettings;
import io.wideevents.mongo.CollectionSetup;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The gateway, put together: what depends on what, in which order it starts and, reversed, ends.
 *
 * <p>Starting succeeds while Kafka and MongoDB are down: going on without them is its job.
 */
public final class GatewayApplication implements AutoCloseable {
  private static final String APPLICATION_NAME = "api-gateway";

  private final MongoConnection mongo;
  private final CollectionSetup setup;
  private final Optional<KafkaClient> kafka;
  private final DeliveryTiers tiers;
  private final HttpServer http;

  public GatewayApplication(GatewaySettings settings) {
    InstantSource clock = InstantSource.system();
    mongo = new MongoConnection(settings.mongo(), APPLICATION_NAME);
    setup = new CollectionSetup(new EventCollection(mongo));
    kafka = settings.kafka().map(KafkaClient::new);
    tiers =
        new DeliveryTiers(
            kafka.map(client -> client),
            new MongoLogger(new MongoBatchWriter(mongo), MongoLoggerSettings.DEFAULT));
    http =
        new HttpServer(
            settings.http(),
            new EventEncoder(settings.rules(), clock),
            tiers.logger(),
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
    return http.start();
  }

  /** What would be left behind if the process ended now, for a last line of log. */
  String leftovers() {
    return "requests without an answer; their clients must send them again";
  }

  @Override
  public void close() {
    http.close();
    tiers.close();
    setup.close();
    mongo.close();
  }
}
