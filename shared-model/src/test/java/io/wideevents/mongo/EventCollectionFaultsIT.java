package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCollectionFaultsIT {
  private static final int UNAUTHORIZED = 13;
  private static final int NOT_WRITABLE_PRIMARY = 10107;
  private static final int CANNOT_CREATE_INDEX = 67;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

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
        .succeedsWithin(PATIENCE)
        .isInstanceOfSatisfying(
            LayoutOutcome.NotAuthorized.class,
            refused -> assertThat(refused.fix()).contains("createIndex", "log-worker init"));
  }

  @Test
  void ensure_reportsWhatTheServerRefuses() {
    mongod.fail(CANNOT_CREATE_INDEX, "createIndexes");

    assertThat(collection.ensure())
        .succeedsWithin(PATIENCE)
        .isInstanceOfSatisfying(
            LayoutOutcome.Examined.class,
            examined ->
                assertThat(examined.differences())
                    .filteredOn(d -> d.kind() == LayoutDifference.Kind.CHANGE_REFUSED)
                    .hasSize(4));
  }

  @Test
  void ensure_isUnavailableDuringAnOutage() {
    mongod.fail(NOT_WRITABLE_PRIMARY, "createIndexes");

    assertThat(collection.ensure())
        .succeedsWithin(PATIENCE)
        .isInstanceOf(LayoutOutcome.Unavailable.class);
  }

  @Test
  void setup_laysTheCollectionOutOnceTheServerAnswers() {
    mongod.pause();
    try (CollectionSetup setup = new CollectionSetup(collection, Duration.ofMillis(100))) {
      setup.start();
      boolean doneWhilePaused = setup.outcome().isDone();

      mongod.heal();

      assertThat(doneWhilePaused).isFalse();
      assertThat(setup.outcome())
          .succeedsWithin(PATIENCE)
          .isInstanceOfSatisfying(
              LayoutOutcome.Examined.class, examined -> assertThat(examined.changes()).hasSize(4));
    }
  }

  @Test
  void setup_endsItsAttemptsWhenClosed() {
    mongod.fail(NOT_WRITABLE_PRIMARY, "listCollections");
    CollectionSetup setup = new CollectionSetup(collection, Duration.ofMillis(100));
    setup.start();

    setup.close();

    assertThat(setup.outcome())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withRootCauseInstanceOf(CancellationException.class);
  }
}
