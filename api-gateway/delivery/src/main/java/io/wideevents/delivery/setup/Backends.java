package io.wideevents.delivery.setup;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.delivery.kafka.KafkaClient;
import io.wideevents.delivery.kafka.KafkaDeadLetters;
import io.wideevents.delivery.mongo.MongoLogger;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.spool.DeadLetterPort;
import io.wideevents.delivery.spool.ReplayTarget;
import io.wideevents.delivery.tiers.DeliveryTiers;
import io.wideevents.delivery.tiers.DeliveryTiers.MongoTier;
import io.wideevents.delivery.tiers.DeliveryTiers.SpoolTier;
import io.wideevents.delivery.tiers.DirectDatabase;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.mongo.CollectionSetup;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.RetentionChange;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Kafka and MongoDB with the gateway's settings, and the tiers composed of them. Both may be
 * unreachable at the start.
 */
public final class Backends implements ReplayTarget {
  private static final String APPLICATION_NAME = "api-gateway";

  private static final Duration DRAIN_CLOSE_BOUND = Duration.ofSeconds(5);

  private final MongoConnection mongo;
  private final CollectionSetup setup;
  private final Optional<KafkaClient> kafka;
  private final Optional<KafkaDeadLetters> deadLetters;
  private final DeliveryTiers tiers;

  private Backends(
      DeliverySettings settings,
      RetentionChange retention,
      Optional<SpoolTier> spool,
      ClosingTime closing) {
    Timing timing = Timing.system();
    mongo = new MongoConnection(settings.mongo(), APPLICATION_NAME);
    setup = new CollectionSetup(new EventCollection(mongo), retention);
    MongoBatchWriter writer = new MongoBatchWriter(mongo);
    kafka = settings.kafka().map(to -> new KafkaClient(to, closing, timing));
    deadLetters = settings.kafka().map(to -> new KafkaDeadLetters(to, closing, timing));
    MongoLogger direct =
        new MongoLogger(
            writer, MongoLoggerSettings.forClient(settings.mongo().timeout()), closing, timing);
    tiers =
        new DeliveryTiers(
            kafka.map(client -> client),
            new MongoTier(direct, database(setup, writer)),
            spool,
            closing,
            timing);
  }

  /**
   * The backends of a running gateway.
   *
   * @param spool the third tier
   * @param spoolStatus reports the status of the spool; must not block
   * @param retention what this process may change about the retention of events
   * @param closing bounds the time to close
   */
  public static Backends above(
      LoggerPort spool,
      Supplier<TierStatus> spoolStatus,
      DeliverySettings settings,
      RetentionChange retention,
      ClosingTime closing) {
    return new Backends(
        settings, retention, Optional.of(new SpoolTier(spool, spoolStatus)), closing);
  }

  /** The backends without a spool as the third tier, started: for replaying a spool. */
  public static Backends withoutSpool(DeliverySettings settings) {
    Backends backends =
        new Backends(
            settings, RetentionChange.NONE, Optional.empty(), new ClosingTime(DRAIN_CLOSE_BOUND));
    backends.start();
    return backends;
  }

  private static DirectDatabase database(CollectionSetup setup, MongoBatchWriter writer) {
    return new DirectDatabase() {
      @Override
      public boolean hasAnswered() {
        return setup.hasAnswer();
      }

      @Override
      public Optional<String> unavailability() {
        return writer.unavailability();
      }
    };
  }

  /** Starts to connect in the background. */
  public void start() {
    setup.start();
    kafka.ifPresent(KafkaClient::start);
  }

  public DeliveryTiers delivery() {
    return tiers;
  }

  @Override
  public LoggerPort tiers() {
    return tiers.replay();
  }

  @Override
  public DeadLetterPort deadLetters() {
    return deadLetters.<DeadLetterPort>map(port -> port).orElse(DeadLetterPort.UNAVAILABLE);
  }

  /** Connects to the dead-letter topic in the background. */
  public void startDeadLetters() {
    deadLetters.ifPresent(KafkaDeadLetters::start);
  }

  /** Sends rejected events to the dead-letter topic; empty without Kafka. */
  public Optional<RejectedEventPort> rejectedEvents() {
    return deadLetters.map(port -> port);
  }

  /** The number of dead letters without the given part of their event. */
  public long deadLettersLacking(DeadLetterPart part) {
    return deadLetters.map(letters -> letters.lacking(part)).orElse(0L);
  }

  /**
   * Flushes Kafka, then MongoDB. Events that neither confirms go to the spool. Answers every
   * pending request. Idempotent.
   */
  public void closeTiers() {
    tiers.close();
  }

  @Override
  public void close() {
    // Closes in reverse order, even if an earlier close throws.
    try (mongo;
        setup) {
      try {
        closeTiers();
      } finally {
        deadLetters.ifPresent(KafkaDeadLetters::close);
      }
    }
  }
}
