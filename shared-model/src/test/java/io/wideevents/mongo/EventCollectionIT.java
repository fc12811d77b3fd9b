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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class EventCollectionIT {
  private static final List<String> INDEXES =
      List.of(
          "_id_",
          "timestamp_1",
          "requestId_1",
          "service_1_timestamp_1",
          "service_1_error.code_1_timestamp_1");

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

    assertThat(first.changes()).hasSize(4);
    assertThat(first.differences()).isEmpty();
    assertThat(second).isEqualTo(Examined.nothing());
    assertThat(indexes())
        .extracting(index -> index.getString("name").getValue())
        .containsExactlyInAnyOrderElementsOf(INDEXES);
    assertThat(index("timestamp_1").getNumber("expireAfterSeconds").longValue())
        .isEqualTo(Duration.ofDays(30).toSeconds());
    assertThat(index("service_1_error.code_1_timestamp_1").getDocument("partialFilterExpression"))
        .isEqualTo(BsonDocument.parse("{'error.code': {$exists: true}}"));
  }

  @Test
  void ensure_addsTheUserIndexWhenAskedFor() {
    examined(collection(Duration.ofDays(30), false).ensure());

    Examined examined = examined(collection(Duration.ofDays(30), true).ensure());

    assertThat(examined.changes()).containsExactly("created index service_1_user.id_1_timestamp_1");
  }

  @Test
  void ensure_changesTheRetentionInPlace() {
    assumeServer();

    examined(collection(Duration.ofDays(30), false).ensure());

    Examined examined = examined(collection(Duration.ofDays(7), false).ensure());

    assertThat(examined.changes()).hasSize(1);
    assertThat(examined.differences()).isEmpty();
    assertThat(index("timestamp_1").getNumber("expireAfterSeconds").longValue())
        .isEqualTo(Duration.ofDays(7).toSeconds());
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
        .hasSize(4)
        .allMatch(difference -> difference.kind() == Kind.INDEX_MISSING);
    assertThat(Flux.from(database().listCollectionNames()).collectList().block()).isEmpty();
  }

  @Test
  void ensure_reportsAnIndexWithOtherOptionsAndCreatesTheRest() {
    createIndex(
        Indexes.ascending("requestId"),
        new IndexOptions().partialFilterExpression(Filters.eq("service", "checkout")));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

    assertThat(examined.changes()).hasSize(3);
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

    assertThat(examined.changes()).hasSize(3);
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.INDEX_DIFFERS);
  }

  @Test
  void ensure_makesAPlainTimestampIndexExpireUnderItsOwnName() {
    assumeServer();

    createIndex(Indexes.ascending("timestamp"), new IndexOptions().name("by_time"));

    Examined examined = examined(collection(Duration.ofDays(30), false).ensure());

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

  private static Examined examined(CompletableFuture<LayoutOutcome> outcome) {
    return (Examined) outcome.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
