package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.stack.TestStack;
import io.wideevents.testing.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a database that fails halfway may and may not be understood to have said. */
class MongoBatchWriterFaultsIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** How much later than its bound an answer may come on a busy machine. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private static final int UNAUTHORIZED = 13;
  private static final int WRITE_CONCERN_FAILED = 64;
  private static final int NOT_WRITABLE_PRIMARY = 10107;

  private static final int READ_CONCERN_MAJORITY_NOT_ENABLED = 148;
  private static final int USER_WRITES_BLOCKED = 371;
  private static final int INVALID_BSON = 22;

  private static FaultyMongod mongod;

  private MongoConnection connection;
  private MongoBatchWriter writer;

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
    String database = TestStack.uniqueName(getClass());
    connection =
        new MongoConnection(
            MongoBatchWriterContract.settings(mongod.uri(), database, TIMEOUT), "test");
    writer = new MongoBatchWriter(connection);
  }

  @AfterEach
  void heal() {
    mongod.heal();
    connection.close();
  }

  @Test
  void gate_logsOnceThatItCannotCheckTheCollection() {
    // Given a server that rejects the check, later answers, and rejects the check again
    AtomicLong now = new AtomicLong();
    CollectionGate gate = new CollectionGate(connection, now::get);
    Supplier<CompletableFuture<CollectionGate.State>> ask =
        () -> {
          now.addAndGet(Duration.ofMillis(CollectionGate.MAX_AGE_MILLIS).toNanos());
          return gate.state();
        };
    try (LogCapture log = new LogCapture(CollectionGate.class)) {
      mongod.fail(UNAUTHORIZED, "listCollections");
      assertThat(ask.get()).succeedsWithin(SLACK).matches(state -> state.problem().isEmpty());
      assertThat(ask.get()).succeedsWithin(SLACK);
      assertThat(log.events(Level.WARN)).hasSize(1);
      mongod.heal();
      assertThat(ask.get()).succeedsWithin(SLACK);

      // When
      mongod.fail(UNAUTHORIZED, "listCollections");
      assertThat(ask.get()).succeedsWithin(SLACK);

      // Then
      assertThat(log.events(Level.WARN)).hasSize(2);
    }
  }

  @Test
  void write_confirmsNothingThatNoMajorityAcknowledged() throws Exception {
    write(documents(0, 2));
    mongod.failWriteConcern(WRITE_CONCERN_FAILED, "insert");

    // Some are duplicates: without a majority even that may be undone by a failover.
    List<WriteOutcome> outcomes = write(documents(0, 5));

    assertThat(outcomes).hasSize(5).allMatch(MongoBatchWriterFaultsIT::isOutage);
    mongod.heal();
    // They were stored nevertheless.
    assertThat(write(documents(0, 5))).containsOnly(new WriteOutcome.AlreadyStored());
  }

  @Test
  void write_waitsOutAShortStepDown() throws Exception {
    mongod.failOnce(NOT_WRITABLE_PRIMARY, "insert");

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes).hasSize(3).containsOnly(new WriteOutcome.Stored());
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(ints = {NOT_WRITABLE_PRIMARY, 91, 11602, 13, 50, 112, 14031, 8, 2, 424242})
  void write_takesAnErrorOfTheCommandForAnOutage(int code) throws Exception {
    mongod.fail(code, "insert");

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes).hasSize(3).allMatch(MongoBatchWriterFaultsIT::isOutage);
    mongod.heal();
    await()
        .until(() -> write(documents(0, 3)).stream().noneMatch(MongoBatchWriterFaultsIT::isOutage));
  }

  @Test
  void write_confirmsNothingWhenTheServerHangsUp() throws Exception {
    mongod.hangUp("insert");

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes).hasSize(3).allMatch(MongoBatchWriterFaultsIT::isOutage);
  }

  @Test
  void write_endsWithinItsBoundWhenTheServerFreezes() throws Exception {
    write(documents(0, 1));
    mongod.pause();
    long start = System.nanoTime();

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.plus(SLACK));
    assertThat(outcomes).hasSize(3).allMatch(MongoBatchWriterFaultsIT::isOutage);
    mongod.heal();
    await()
        .until(() -> write(documents(0, 3)).stream().noneMatch(MongoBatchWriterFaultsIT::isOutage));
  }

  @Test
  void write_worksAgainAfterTheServerCrashed() throws Exception {
    write(documents(0, 2));
    mongod.process().kill9();
    List<WriteOutcome> meanwhile = write(documents(1, 3));
    mongod.process().start();

    await()
        .until(() -> write(documents(2, 4)).stream().noneMatch(MongoBatchWriterFaultsIT::isOutage));

    assertThat(meanwhile).allMatch(MongoBatchWriterFaultsIT::isOutage);
    // Acknowledged means journalled: the crash took nothing.
    assertThat(write(documents(0, 2))).containsOnly(new WriteOutcome.AlreadyStored());
  }

  @Test
  void write_leavesUnconfirmedWhatItCannotCheck() throws Exception {
    EventDocument given = StubEvent.withId(UUID.randomUUID(), "one").document();
    write(List.of(given));
    mongod.fail(NOT_WRITABLE_PRIMARY, "find");

    List<WriteOutcome> outcomes =
        write(List.of(StubEvent.numbered(1).document(), given, StubEvent.numbered(2).document()));

    assertThat(outcomes.get(0)).isEqualTo(new WriteOutcome.Stored());
    assertThat(outcomes.get(1)).matches(MongoBatchWriterFaultsIT::isOutage);
    assertThat(outcomes.get(2)).isEqualTo(new WriteOutcome.Stored());
  }

  @Test
  void write_worksWithoutMajorityReads() throws Exception {
    write(documents(0, 2));
    mongod.failOnce(READ_CONCERN_MAJORITY_NOT_ENABLED, "find");

    List<WriteOutcome> outcomes = write(documents(0, 2));

    assertThat(outcomes).hasSize(2).containsOnly(new WriteOutcome.AlreadyStored());
  }

  @Test
  void write_takesBlockedWritesForAnOutage() throws Exception {
    mongod.blockWrites();

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes).hasSize(3).allMatch(MongoBatchWriterFaultsIT::isOutage);
    assertThat(outcomes)
        .allSatisfy(
            outcome ->
                assertThat(WriteFailures.code(((WriteOutcome.NotConfirmed) outcome).cause()))
                    .hasValue(USER_WRITES_BLOCKED));
  }

  @Test
  void write_endsWithinItsBoundHoweverManyDocumentsAreMalformed() throws Exception {
    // The code of a command that one malformed document made the server refuse.
    mongod.failSlowly(Duration.ofMillis(250), INVALID_BSON, "insert");
    long start = System.nanoTime();

    List<WriteOutcome> outcomes = write(documents(0, 64));

    // One insert each would be 16 s.
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isLessThan(TIMEOUT.multipliedBy(2).plus(SLACK));
    assertThat(outcomes).hasSize(64);
    // Every attempt makes progress, so that the batch ends.
    assertThat(outcomes).anyMatch(WriteOutcome.Refused.class::isInstance);
    assertThat(outcomes).anyMatch(MongoBatchWriterFaultsIT::isOutage);
  }

  @Test
  void write_writesNothingBeforeTheServerSaidWhatTheCollectionIs() throws Exception {
    mongod.fail(NOT_WRITABLE_PRIMARY, "listCollections");

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes).hasSize(3).allMatch(MongoBatchWriterFaultsIT::isOutage);
    mongod.heal();
    assertThat(write(documents(0, 3))).containsOnly(new WriteOutcome.Stored());
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(ints = {13, 8000, 115})
  void write_goesOnWhereCollectionsMayNotBeListed(int code) throws Exception {
    mongod.fail(code, "listCollections");

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes).hasSize(3).containsOnly(new WriteOutcome.Stored());
    assertThat(writer.unavailability()).isEmpty();
  }

  @Test
  void ping_tellsWhetherAnOperationWouldSucceed() {
    assertThat(connection.ping()).succeedsWithin(SLACK);

    mongod.pause();

    assertThat(connection.ping()).failsWithin(TIMEOUT.plus(SLACK));
  }

  private static boolean isOutage(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.NotConfirmed notConfirmed && !notConfirmed.perDocument();
  }

  private static List<EventDocument> documents(int from, int to) {
    return BatchWriterContract.documents(from, to);
  }

  private List<WriteOutcome> write(List<EventDocument> batch) throws Exception {
    return writer.write(batch).get(60, TimeUnit.SECONDS);
  }
}
