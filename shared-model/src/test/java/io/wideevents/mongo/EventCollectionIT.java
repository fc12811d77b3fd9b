package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.mongo.LayoutDifference.Kind;
import io.wideevents.mongo.LayoutOutcome.Examined;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.TemporalUnitWithinOffset;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class EventCollectionIT {
  private static final List<String> INDEXES =
      List.of(
          "_id_",
          "timestamp_1",
          "requestId_1",
          "service_1_timestamp_1",
          "service_1_error.code_1_timestamp_1",
          "_ingest.outcome_1_timestamp_1");

  private final String database = TestStack.newDatabase(getClass());
  private final List<MongoConnection> connections = new ArrayList<>();

  @AfterEach
  void close() {
    connections.forEach(MongoConnection::close);
  }

  @Test
  void ensure_createsTheIndexesOnce() {
    EventCollection collection = collection(Duration.ofDays(30), false);

    Examined first = examined(collection.ensure());
    Examined second = examined(collection.ensure());

    assertThat(first.changes()).hasSize(5);
    assertThat(first.differences()).isEmpty();
    assertThat(second).isEqualTo(Examined.nothing());
    assertThat(indexes())
        .extracting(index -> index.getString("name").getValue())
        .containsExactlyInAnyOrderElementsOf(INDEXES);
    assertThat(index("timestamp_1").getNumber("expireAfterSeconds").longValue())
        .isEqualTo(Duration.ofDays(30).toSeconds());
    assertThat(index("service_1_error.code_1_timestamp_1").getDocument("partialFilterExpression"))
        .isEqualTo(BsonDocument.parse("{'error.code': {$exists: true}}"));
    assertThat(index("_ingest.outcome_1_timestamp_1").getDocument("partialFilterExpression"))
        .isEqualTo(BsonDocument.parse("{'_ingest.outcome': 'FAILED'}"));
  }

  @Test
  void ensure_addsTheUserIndexWhenAskedFor() {
    examined(collection(Duration.ofDays(30), false).ensure());

    Examined examined = examined(collection(Duration.ofDays(30), true).ensure());

    assertThat(examined.changes()).containsExactly("created index service_1_user.id_1_timestamp_1");
  }

  @Test
  void ensure_lengthensTheRetentionInPlace() {
    assumeServer();
    examined(collection(Duration.ofDays(7), false).ensure());

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.changes())
        .containsExactly("index timestamp_1 deletes events after 30 d now");
    assertThat(examined.differences()).isEmpty();
    assertThat(expirySeconds("timestamp_1")).isEqualTo(Duration.ofDays(30).toSeconds());
  }

  @Test
  void ensure_doesNotShortenTheRetentionAtAStart() {
    assumeServer();
    examined(collection(Duration.ofDays(90), false).ensure());

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(expirySeconds("timestamp_1")).isEqualTo(Duration.ofDays(90).toSeconds());
    assertThat(examined.changes()).isEmpty();
    assertThat(examined.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.message()).contains("90 d", "30 d");
              assertThat(difference.fix()).contains("EVENT_RETENTION=90d", "log-worker init");
            });
  }

  @Test
  void ensure_shortensTheRetentionWhenThatIsAllowed() {
    assumeServer();
    examined(collection(Duration.ofDays(90), false).ensure());

    Examined examined =
        examined(collection(Duration.ofDays(30), false).ensure(RetentionChange.ANY));

    assertThat(examined.differences()).isEmpty();
    assertThat(expirySeconds("timestamp_1")).isEqualTo(Duration.ofDays(30).toSeconds());
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 90})
  void ensure_neverTouchesTheRetentionInALibrary(int daysThere) {
    assumeServer();
    examined(collection(Duration.ofDays(daysThere), false).ensure());

    examined(collection(Duration.ofDays(30), false).ensure(RetentionChange.NONE));

    assertThat(expirySeconds("timestamp_1")).isEqualTo(Duration.ofDays(daysThere).toSeconds());
  }

  @Test
  void ensure_createsNoExpiryInALibrary() {
    Examined examined =
        examined(collection(Duration.ofDays(30), false).ensure(RetentionChange.NONE));

    assertThat(examined.changes()).hasSize(4);
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.INDEX_MISSING);
    assertThat(indexes()).noneMatch(index -> index.containsKey("expireAfterSeconds"));
  }

  @Test
  void ensure_createsNoExpiryThatDeletesEventsAtAStart() {
    insertEvent(Duration.ofDays(40));
    insertEvent(Duration.ofDays(1));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(indexes()).noneMatch(index -> index.containsKey("expireAfterSeconds"));
    assertThat(examined.changes()).hasSize(4);
    assertThat(examined.differences())
        .singleElement()
        .satisfies(
            difference ->
                assertThat(difference.fix())
                    .contains("log-worker init", "reports the events it will delete"));
  }

  @Test
  void ensure_createsTheExpiryBesideYoungEvents() {
    insertEvent(Duration.ofDays(29));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.differences()).isEmpty();
  }

  @Test
  void ensure_addsNoExpiryToAnIndexThatKeepsAll() {
    assumeServer();
    createIndex(Indexes.ascending("timestamp"), new IndexOptions().name("by_time"));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(index("by_time").containsKey("expireAfterSeconds")).isFalse();
    assertThat(examined.differences())
        .extracting(LayoutDifference::message)
        .containsExactly("index by_time deletes nothing, and EVENT_RETENTION is 30 d");
  }

  @Test
  void ensure_createsNoShorterExpiryBesideOneOfAnOperator() {
    assumeServer();
    createIndex(
        Indexes.descending("timestamp"), new IndexOptions().expireAfter(90L, TimeUnit.DAYS));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(indexes())
        .filteredOn(index -> index.containsKey("expireAfterSeconds"))
        .extracting(index -> index.getString("name").getValue())
        .containsExactly("timestamp_-1");
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.INDEX_MISSING, Kind.OTHER_EXPIRY);
  }

  @Test
  void ensure_leavesTheLongestRetentionWhenProcessesStartTogether() {
    assumeServer();
    for (int round = 0; round < 5; round++) {
      List<CompletableFuture<LayoutOutcome>> attempts =
          Stream.of(30, 60, 90, 7)
              .map(days -> collection(Duration.ofDays(days), false).ensure())
              .toList();

      attempts.forEach(EventCollectionIT::examined);

      assertThat(expirySeconds("timestamp_1")).isEqualTo(Duration.ofDays(90).toSeconds());
      examined(collection(Duration.ofDays(1), false).ensure(RetentionChange.ANY));
    }
  }

  @Test
  void ensure_endsInAClusteredCollection() {
    assumeServer();
    Mono.from(
            database()
                .runCommand(
                    BsonDocument.parse(
                        "{create: 'wide_events', expireAfterSeconds: 60,"
                            + " clusteredIndex: {key: {_id: 1}, unique: true}}")))
        .block();

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.changes()).hasSize(5);
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.OTHER_EXPIRY);
  }

  @Test
  void retentionImpact_countsWhatAShorterRetentionDeletes() {
    examined(collection(Duration.ofDays(90), false).ensure());
    for (int days : new int[] {1, 29, 31, 45, 89}) {
      insertEvent(Duration.ofDays(days));
    }

    Optional<RetentionImpact> impact = impact(Duration.ofDays(30));

    assertThat(impact)
        .hasValueSatisfying(
            found -> {
              assertThat(found.events()).hasValue(3);
              assertThat(found.oldest().orElseThrow())
                  .isCloseTo(
                      Instant.now().minus(Duration.ofDays(89)),
                      new TemporalUnitWithinOffset(1, ChronoUnit.MINUTES));
              assertThat(found.change())
                  .isEqualTo(
                      "index timestamp_1 deletes events after 90 d; it will delete events after 30"
                          + " d");
            });
  }

  @Test
  void retentionImpact_countsWithoutAnIndexAsWell() {
    insertEvent(Duration.ofDays(40));

    assertThat(impact(Duration.ofDays(30)))
        .hasValueSatisfying(found -> assertThat(found.events()).hasValue(1));
  }

  @Test
  void retentionImpact_isEmptyWhenNothingIsShortened() {
    assertThat(impact(Duration.ofDays(30))).as("no collection").isEmpty();
    examined(collection(Duration.ofDays(30), false).ensure());
    assertThat(impact(Duration.ofDays(7))).as("no event").isEmpty();
    insertEvent(Duration.ofDays(40));
    assertThat(impact(Duration.ofDays(30))).as("the same").isEmpty();
    assertThat(impact(Duration.ofDays(60))).as("longer").isEmpty();
  }

  @Test
  void check_tellsDifferencesAndChangesNothing() {
    examined(collection(Duration.ofDays(30), false).ensure());
    List<BsonDocument> before = indexes();

    Examined examined = examined(collection(Duration.ofDays(7), true).check());

    assertThat(examined.changes()).isEmpty();
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.RETENTION_DIFFERS, Kind.INDEX_MISSING);
    assertThat(indexes()).isEqualTo(before);
  }

  @Test
  void check_findsEverythingMissingWhereThereIsNoCollection() {
    Examined examined = examined(collection(Duration.ofDays(30), false).check());

    assertThat(examined.differences())
        .hasSize(5)
        .allMatch(difference -> difference.kind() == Kind.INDEX_MISSING);
    assertThat(Flux.from(database().listCollectionNames()).collectList().block()).isEmpty();
  }

  @Test
  void ensure_reportsAnIndexWithOtherOptionsAndCreatesTheRest() {
    createIndex(
        Indexes.ascending("requestId"),
        new IndexOptions().partialFilterExpression(Filters.eq("service", "checkout")));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.changes()).hasSize(4);
    assertThat(examined.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.kind()).isEqualTo(Kind.INDEX_DIFFERS);
              assertThat(difference.fix()).contains("requestId_1");
            });
  }

  @Test
  void ensure_reportsATakenName() {
    createIndex(Indexes.ascending("other"), new IndexOptions().name("requestId_1"));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.changes()).hasSize(4);
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.INDEX_DIFFERS);
  }

  @Test
  void ensure_makesAPlainTimestampIndexExpireUnderItsOwnName() {
    assumeServer();

    createIndex(Indexes.ascending("timestamp"), new IndexOptions().name("by_time"));

    Examined examined =
        examined(collection(Duration.ofDays(30), false).ensure(RetentionChange.ANY));

    assertThat(examined.differences()).isEmpty();
    assertThat(index("by_time").getNumber("expireAfterSeconds").longValue())
        .isEqualTo(Duration.ofDays(30).toSeconds());
  }

  @Test
  void check_warnsOfAUniqueIndex() {
    examined(collection(Duration.ofDays(30), false).ensure());
    createIndex(Indexes.ascending("traceId"), new IndexOptions().unique(true));

    Examined examined = examined(collection(Duration.ofDays(30), false).check());

    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.UNIQUE_INDEX);
  }

  @Test
  void ensure_leavesAnUnsuitableCollectionAlone() {
    assumeServer();

    Mono.from(
            database()
                .createCollection(
                    MongoSettings.DEFAULT_COLLECTION,
                    new CreateCollectionOptions().capped(true).sizeInBytes(4096)))
        .block();

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.changes()).isEmpty();
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.COLLECTION_UNSUITABLE);
  }

  @Test
  void ensure_reportsAView() {
    assumeServer();

    Mono.from(database().createView(MongoSettings.DEFAULT_COLLECTION, "other", List.of())).block();

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.COLLECTION_UNSUITABLE);
  }

  @Test
  void ensure_mayRunInSeveralProcessesAtOnce() {
    List<CompletableFuture<LayoutOutcome>> attempts =
        IntStream.range(0, 6)
            .mapToObj(n -> collection(Duration.ofDays(30), true).ensure())
            .toList();

    assertThat(attempts)
        .allSatisfy(attempt -> assertThat(examined(attempt).differences()).isEmpty());
  }

  /** The stand-in changes no index, and has neither views nor capped collections. */
  private static void assumeServer() {
    assumeTrue(TestStack.mongoIsServer(), "There is only a stand-in for MongoDB");
  }

  private EventCollection collection(Duration retention, boolean userIndex) {
    return new EventCollection(connection(retention, userIndex));
  }

  private MongoConnection connection(Duration retention, boolean userIndex) {
    Duration timeout = Duration.ofSeconds(30);
    MongoConnection connection =
        new MongoConnection(
            new MongoSettings(
                TestStack.mongo(),
                database,
                MongoSettings.DEFAULT_COLLECTION,
                timeout,
                timeout,
                4,
                retention,
                userIndex),
            "test");
    connections.add(connection);
    return connection;
  }

  private MongoDatabase database() {
    return connection(Duration.ofDays(1), false).database().join();
  }

  private void createIndex(Bson keys, IndexOptions options) {
    Mono.from(database().getCollection(MongoSettings.DEFAULT_COLLECTION).createIndex(keys, options))
        .block();
  }

  private List<BsonDocument> indexes() {
    return Flux.from(
            database()
                .getCollection(MongoSettings.DEFAULT_COLLECTION)
                .listIndexes(BsonDocument.class))
        .toStream()
        .toList();
  }

  private BsonDocument index(String name) {
    return indexes().stream()
        .filter(index -> index.getString("name").getValue().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private long expirySeconds(String name) {
    return index(name).getNumber("expireAfterSeconds").longValue();
  }

  private void insertEvent(Duration age) {
    Mono.from(
            database()
                .getCollection(MongoSettings.DEFAULT_COLLECTION)
                .insertOne(new Document("timestamp", Date.from(Instant.now().minus(age)))))
        .block();
  }

  private Optional<RetentionImpact> impact(Duration retention) {
    return collection(retention, false).retentionImpact().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static Examined examined(CompletableFuture<LayoutOutcome> outcome) {
    return (Examined) outcome.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
