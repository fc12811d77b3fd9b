package io.wideevents.toolbox.shop;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.mongo.CollectionSetup;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.mongo.RetentionChange;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Logging without a pipeline: each event is one insert, with enough connections for all concurrent
 * requests. Safe for concurrent use.
 */
final class SynchronousMongo implements LoggerPort {
  // No request should wait for a connection; that would distort the comparison.
  private static final int CONNECTIONS = 100;

  private final MongoConnection connection;
  private final CollectionSetup setup;
  private final MongoBatchWriter writer;

  SynchronousMongo(Map<String, String> environment) {
    connection =
        new MongoConnection(
            new MongoSettings(
                environment.getOrDefault("MONGODB_URI", "mongodb://localhost:27017"),
                environment.getOrDefault("MONGODB_DATABASE", MongoSettings.DEFAULT_DATABASE),
                environment.getOrDefault("MONGODB_COLLECTION", MongoSettings.DEFAULT_COLLECTION),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                CONNECTIONS,
                MongoSettings.DEFAULT_RETENTION,
                false),
            "demo-shop");
    setup = new CollectionSetup(new EventCollection(connection), RetentionChange.NONE);
    setup.start();
    writer = new MongoBatchWriter(connection);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    return writer
        .write(events.stream().map(event -> event.document(Tier.MONGODB)).toList())
        .orTimeout(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)
        .handle(
            (outcomes, failure) ->
                outcomes == null
                    ? events.stream()
                        .<DeliveryOutcome>map(event -> new DeliveryOutcome.NotConfirmed(failure))
                        .toList()
                    : outcomes.stream().map(SynchronousMongo::delivered).toList());
  }

  @Override
  public void close() {
    setup.close();
    connection.close();
  }

  private static DeliveryOutcome delivered(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Stored stored -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case WriteOutcome.AlreadyStored stored -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case WriteOutcome.Rejected rejected ->
          new DeliveryOutcome.Refused(rejected.reason().label(), rejected.text());
      case WriteOutcome.NotConfirmed unknown -> new DeliveryOutcome.NotConfirmed(unknown.cause());
    };
  }
}
