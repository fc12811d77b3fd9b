package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

class EventCollectionFaultsIT {
  private static final int UNAUTHORIZED = 13;
  private static final int NOT_WRITABLE_PRIMARY = 10107;
  private static final int CANNOT_CREATE_INDEX = 67;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static FaultyMongod mongod;

  private MongoConnection connection;
  private EventCollection collection;

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
            MongoBatchWriterContract.settings(
                mongod.uri(), TestStack.uniqueName(getClass()), Duration.ofSeconds(1)),
            "test");
    collection = new EventCollection(connection);
  }

  @AfterEach
  void heal() {
    mongod.heal();
    connection.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"listCollections", "createIndexes"})
  void ensure_namesTheMissingRight(String command) {
    mongod.fail(UNAUTHORIZED, command);

    assertThat(collection.ensure())
        .succeedsWithin(TIMEOUT)
        .isInstanceOfSatisfying(
            LayoutOutcome.NotAuthorized.class,
            refused -> assertThat(refused.fix()).contains("createIndex", "log-worker init"));
  }

  @Test
  void ensure_reportsWhatTheServerRefuses() {
    mongod.fail(CANNOT_CREATE_INDEX, "createIndexes");

    assertThat(collection.ensure())
        .succeedsWithin(TIMEOUT)
        .isInstanceOfSatisfying(
            LayoutOutcome.Examined.class,
            examined ->
                assertThat(examined.differences())
                    .filteredOn(d -> d.kind() == LayoutDifference.Kind.CHANGE_REFUSED)
                    .hasSize(5));
  }

  @Test
  void ensure_isUnavailableDuringAnOutage() {
    mongod.fail(NOT_WRITABLE_PRIMARY, "createIndexes");

    assertThat(collection.ensure())
        .succeedsWithin(TIMEOUT)
        .isInstanceOf(LayoutOutcome.Unavailable.class);
  }

  @Test
  void setup_laysTheCollectionOutOnceTheServerAnswers() {
    mongod.pause();
    try (CollectionSetup setup = setup()) {
      setup.start();
      boolean doneWhilePaused = setup.outcome().isDone();

      mongod.heal();

      assertThat(doneWhilePaused).isFalse();
      assertThat(setup.outcome())
          .succeedsWithin(TIMEOUT)
          .isInstanceOfSatisfying(
              LayoutOutcome.Examined.class, examined -> assertThat(examined.changes()).hasSize(5));
    }
  }

  @Test
  void setup_saysOnceWhyMongoDbGivesNoAnswer() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger(CollectionSetup.class);
    Level usual = log.getLevel();
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
    mongod.fail(NOT_WRITABLE_PRIMARY, "listCollections");
    try (CollectionSetup setup = setup()) {
      setup.start();

      await().atMost(TIMEOUT).until(() -> setup.trouble().isPresent());
      String during = setup.trouble().orElseThrow().toString();
      mongod.heal();
      await().atMost(TIMEOUT).until(setup::hasAnswer);

      assertThat(during).contains("not a writable primary (error 10107");
      assertThat(setup.trouble()).isEmpty();
      assertThat(lines.list)
          .filteredOn(line -> line.getLevel() == Level.WARN)
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line.getKeyValuePairs().toString())
                      .contains("not a writable primary", "rs.status()"));
    } finally {
      log.detachAppender(lines);
      log.setLevel(usual);
    }
  }

  @Test
  void setup_noticesAChangeOfTheRetentionWhileRunning() {
    try (CollectionSetup setup = setup()) {
      setup.start();
      await().atMost(TIMEOUT).until(setup::hasAnswer);
      List<LayoutDifference> atFirst = setup.differences();

      var unused =
          connection
              .database()
              .thenCompose(
                  database ->
                      Mono.from(
                              database.runCommand(
                                  BsonDocument.parse(
                                      "{collMod: 'wide_events', index: {name: 'timestamp_1',"
                                          + " expireAfterSeconds: 86400}}")))
                          .toFuture())
              .join();

      assertThat(atFirst).isEmpty();
      await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(setup.differences())
                      .extracting(LayoutDifference::message)
                      .containsExactly(
                          "index timestamp_1 deletes events after 1 d, and EVENT_RETENTION is 30 d"));
    }
  }

  @Test
  void setup_endsItsAttemptsWhenClosed() {
    mongod.fail(NOT_WRITABLE_PRIMARY, "listCollections");
    CollectionSetup setup = setup();
    setup.start();

    setup.close();

    assertThat(setup.outcome())
        .failsWithin(TIMEOUT)
        .withThrowableThat()
        .withRootCauseInstanceOf(CancellationException.class);
  }

  private CollectionSetup setup() {
    return new CollectionSetup(
        collection, RetentionChange.LENGTHEN, Duration.ofMillis(100), Duration.ofMillis(100));
  }
}
