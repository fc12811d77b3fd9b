package io.wideevents.delivery.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.mongo.FaultyMongod;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.stack.TestStack;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class MongoLoggerIT extends LoggerPortContract {
  private static final int NOT_WRITABLE_PRIMARY = 10107;

  private static FaultyMongod mongod;

  private MongoConnection connection;
  private MongoLogger logger;

  @BeforeAll
  static void start() {
    var started = FaultyMongod.start();
    assumeTrue(started.isPresent(), "no mongod on this machine");
    mongod = started.orElseThrow();
  }

  @AfterAll
  static void stop() {
    if (mongod != null) {
      mongod.close();
    }
  }

  @BeforeEach
  void connect() {
    connection =
        new MongoConnection(
            new MongoSettings(
                mongod.uri(),
                TestStack.uniqueName(getClass()),
                MongoSettings.DEFAULT_COLLECTION,
                MongoSettings.DEFAULT_TIMEOUT,
                MongoSettings.DEFAULT_SERVER_SELECTION_TIMEOUT,
                4,
                MongoSettings.DEFAULT_RETENTION,
                false),
            "test");
    logger =
        new MongoLogger(
            new MongoBatchWriter(connection),
            MongoLoggerSettings.DEFAULT,
            new ClosingTime(Duration.ofSeconds(30)),
            Timing.system());
  }

  @AfterEach
  void heal() {
    mongod.heal();
    logger.close();
    connection.close();
  }

  @Override
  protected LoggerPort logger() {
    return logger;
  }

  @Override
  protected boolean isDurable(EventId id) {
    return isStored(id);
  }

  @Override
  protected void goDown() {
    mongod.fail(NOT_WRITABLE_PRIMARY, "insert");
  }

  @Override
  protected void fallSilent() {
    mongod.pause();
  }

  @Test
  void log_answersManyCallsTruthfully() {
    Random random = new Random(20261122);
    List<List<EncodedEvent>> posted = new ArrayList<>();
    List<CompletableFuture<List<DeliveryOutcome>>> calls = new ArrayList<>();
    for (int call = 0; call < 500; call++) {
      List<EncodedEvent> events = new ArrayList<>();
      for (int i = random.nextInt(20); i >= 0; i--) {
        events.add(StubEvent.numbered(random.nextInt(4_000)));
      }
      posted.add(events);
      calls.add(logger.log(events, Deadline.after(Duration.ofSeconds(30))));
    }

    CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new))
        .orTimeout(60, TimeUnit.SECONDS)
        .join();

    for (int call = 0; call < calls.size(); call++) {
      assertThat(calls.get(call).join())
          .hasSameSizeAs(posted.get(call))
          .containsOnly(new DeliveryOutcome.Durable(Tier.MONGODB));
      assertThat(posted.get(call)).allMatch(event -> isStored(event.id()));
    }
  }

  @Test
  void log_refusesAnEventUnderWhoseDerivedIdOtherContentIsStored() {
    StubEvent derived = StubEvent.numbered(1);
    StubEvent other = StubEvent.withId(derived.id().value(), "other content");

    List<DeliveryOutcome> first = log(other);
    List<DeliveryOutcome> second = log(derived);
    List<DeliveryOutcome> again = log(other);

    assertThat(first).containsExactly(new DeliveryOutcome.Durable(Tier.MONGODB));
    assertThat(second)
        .containsExactly(
            new DeliveryOutcome.Refused(
                "id_conflict", "The eventId is taken by an event with other content"));
    assertThat(again).containsExactly(new DeliveryOutcome.Durable(Tier.MONGODB));
  }

  private List<DeliveryOutcome> log(StubEvent event) {
    return logger.log(List.of(event), Deadline.after(Duration.ofSeconds(30))).join();
  }

  private boolean isStored(EventId id) {
    BsonDocument byId = new BsonDocument("_id", new BsonBinary(id.value()));
    return Mono.from(connection.collection().join().find(byId).first()).blockOptional().isPresent();
  }
}
