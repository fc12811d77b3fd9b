package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.TimeSeriesOptions;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.stack.TestStack;
import io.wideevents.testing.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Collections that cannot hold events exactly once, from the start or from one day on. */
class CollectionGateIT {
  private static final String NAME = MongoSettings.DEFAULT_COLLECTION;

  private final MongoConnection connection =
      new MongoConnection(
          MongoBatchWriterContract.settings(
              TestStack.mongo(), TestStack.newDatabase(getClass()), Duration.ofSeconds(30)),
          "test");
  private final MongoBatchWriter writer = new MongoBatchWriter(connection);

  private enum Kind {
    CAPPED("capped"),
    TIME_SERIES("a timeseries"),
    VIEW("a view");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    Publisher<Void> create(MongoDatabase database) {
      CreateCollectionOptions options = new CreateCollectionOptions();
      return switch (this) {
        case CAPPED -> database.createCollection(NAME, options.capped(true).sizeInBytes(1 << 20));
        case TIME_SERIES ->
            database.createCollection(
                NAME, options.timeSeriesOptions(new TimeSeriesOptions("timestamp")));
        case VIEW -> database.createView(NAME, "other", List.of());
      };
    }
  }

  @BeforeAll
  static void assumeServer() {
    assumeTrue(TestStack.mongoIsServer(), "There is only a stand-in for MongoDB");
  }

  @AfterEach
  void close() {
    connection.close();
  }

  @ParameterizedTest
  @EnumSource
  void write_writesNothingToAnUnsuitableCollection(Kind kind) throws Exception {
    run(kind.create(database()));

    List<WriteOutcome> outcomes = write();

    assertThat(outcomes)
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThat(outcome)
                    .isInstanceOfSatisfying(
                        WriteOutcome.NotConfirmed.class,
                        open -> {
                          assertThat(open.perDocument()).isFalse();
                          assertThat(WriteFailures.text(open.cause()))
                              .contains(NAME, kind.words, "MONGODB_COLLECTION");
                        }));
    assertThat(writer.unavailability())
        .hasValueSatisfying(reason -> assertThat(reason).contains(NAME, kind.words));
    assertThat(documents()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void unavailability_saysWhyWithoutAWrite(Kind kind) {
    run(kind.create(database()));

    await().until(() -> writer.unavailability().isPresent());
  }

  @ParameterizedTest
  @EnumSource
  void write_noticesThatTheCollectionWasReplaced(Kind kind) throws Exception {
    List<WriteOutcome> before = write();
    run(database().getCollection(NAME).drop());
    run(kind.create(database()));

    await().until(() -> write().stream().allMatch(CollectionGateIT::isOutage));
    run(database().getCollection(NAME).drop());
    await().until(() -> write().stream().noneMatch(CollectionGateIT::isOutage));

    assertThat(before).containsOnly(new WriteOutcome.Stored());
    assertThat(writer.unavailability()).isEmpty();
    assertThat(documents()).isEqualTo(2);
  }

  @Test
  void unavailability_endsWithoutAWriteAndIsLoggedOnceEachWay() {
    // Given
    run(Kind.CAPPED.create(database()));
    try (LogCapture log = new LogCapture(CollectionGate.class)) {
      await().until(() -> writer.unavailability().isPresent());

      // When
      run(database().getCollection(NAME).drop());
      await().until(() -> writer.unavailability().isEmpty());

      // Then
      assertThat(log.events())
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "No events are written to MongoDB",
              "Collection can hold events again; writing continues");
    }
  }

  @Test
  void write_takesACollectionThatOnlySaysItIsNotCapped() throws Exception {
    run(database().runCommand(BsonDocument.parse("{create: '%s', capped: false}".formatted(NAME))));

    assertThat(write()).containsOnly(new WriteOutcome.Stored());
  }

  private static boolean isOutage(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.NotConfirmed notConfirmed && !notConfirmed.perDocument();
  }

  private List<WriteOutcome> write() throws Exception {
    return writer.write(BatchWriterContract.documents(0, 2)).get(60, TimeUnit.SECONDS);
  }

  private long documents() {
    return Mono.from(database().getCollection(NAME).countDocuments()).blockOptional().orElseThrow();
  }

  private MongoDatabase database() {
    return connection.database().join();
  }

  private static void run(Publisher<?> operation) {
    Mono.from(operation).block();
  }
}
