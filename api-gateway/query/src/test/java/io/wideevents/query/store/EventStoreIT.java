package io.wideevents.query.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.QueryException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import reactor.core.publisher.Mono;

/** The limits of queries on the real MongoDB. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB has no time limits")
class EventStoreIT {
  private static final int EVENTS = 2000;

  // Takes 50 ms for each event.
  private static final List<BsonDocument> SLOW =
      List.of(
          BsonDocument.parse(
              "{$match: {$expr: {$function: {lang: 'js', args: [],"
                  + " body: 'function() { sleep(50); return true; }'}}}}"));
  private static final List<BsonDocument> ALL = List.of(BsonDocument.parse("{$match: {}}"));

  private static StoredEvents stored;

  @BeforeAll
  static void storeEvents() {
    stored = StoredEvents.in(EventStoreIT.class);
    Instant now = Instant.now();
    stored.add(
        IntStream.range(0, EVENTS)
            .mapToObj(
                n ->
                    "{\"requestId\":\"r%d\",\"service\":\"a\",\"route\":\"/\",\"timestamp\":\"%s\"}"
                        .formatted(n, now))
            .toList());
  }

  @AfterAll
  static void close() {
    stored.close();
  }

  @Test
  void slowQuery_endsAfterTheTimeout() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofMillis(500)), 1)) {
      awaitConnection(store);
      long start = System.nanoTime();

      assertFails(504, "query_timeout", () -> store.reads().aggregate(SLOW, EVENTS));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
      assertThat(store.running()).isZero();
    }
  }

  @Test
  @Timeout(30)
  void readsOfOneRequest_shareTheTimeout() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(1)), 1);
        EventStore.Reads reads = store.reads()) {
      awaitConnection(store);
      long start = System.nanoTime();

      assertFails(
          504,
          "query_timeout",
          () -> {
            while (true) {
              reads.aggregate(ALL, EVENTS);
            }
          });

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(900), Duration.ofSeconds(3));
    }
  }

  @Test
  void queryBeyondTheLimit_isRejectedAfterASecond() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(60)), 1)) {
      CompletableFuture<Void> first =
          CompletableFuture.runAsync(() -> store.reads().aggregate(SLOW, EVENTS));
      await().until(() -> store.running() == 1);

      assertFails(429, "query_busy", () -> store.reads().aggregate(ALL, 1));

      assertThat(first).isNotDone();
    }
  }

  @Test
  @SuppressWarnings("try") // What is tested is the call in the middle.
  void close_endsTheQueriesUnderWay() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(60)), 1)) {
      CompletableFuture<Void> query =
          CompletableFuture.runAsync(
              () ->
                  assertFails(
                      503, "store_unavailable", () -> store.reads().aggregate(SLOW, EVENTS)));
      await().until(() -> store.running() == 1);

      store.close();

      assertThat(query).succeedsWithin(Duration.ofSeconds(30));
      assertThat(store.running()).isZero();
    }
  }

  @Test
  void query_thatHasEnoughResults_ends() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(60)), 1)) {
      AtomicInteger seen = new AtomicInteger();

      store.reads().forEachWhile(ALL, document -> seen.incrementAndGet() < 7);

      assertThat(seen).hasValue(7);
      assertThat(store.reads().aggregate(ALL, 3)).hasSize(3);
      assertThat(store.reads().aggregate(ALL, EVENTS + 1)).hasSize(EVENTS);
      assertThat(store.running()).isZero();
    }
  }

  @Test
  void failureOfTheConsumer_isNotAFailureOfMongo() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(60)), 1)) {
      IllegalStateException bug = new IllegalStateException("a bug");

      assertThatThrownBy(
              () ->
                  store
                      .reads()
                      .forEach(
                          ALL,
                          document -> {
                            throw bug;
                          }))
          .isSameAs(bug);

      assertThat(store.running()).isZero();
    }
  }

  @Test
  void queryThatNeedsTooMuchMemory_isRejected() {
    List<BsonDocument> hungry =
        List.of(
            BsonDocument.parse(
                "{$set: {pad: {$reduce: {input: {$range: [0, 16]}, initialValue: 'xxxx',"
                    + " in: {$concat: ['$$value', '$$value']}}}}}"),
            BsonDocument.parse("{$sort: {pad: 1, requestId: -1}}"));
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(30)), 1)) {
      assertFails(422, "query_too_large", () -> store.reads().aggregate(hungry, EVENTS));
    }
  }

  @Test
  void resultsThatAreTooLargeForTheMemory_areRejected() {
    // 2 000 results of 64 KiB
    List<BsonDocument> large =
        List.of(
            BsonDocument.parse(
                "{$project: {pad: {$reduce: {input: {$range: [0, 14]}, initialValue: 'xxxx',"
                    + " in: {$concat: ['$$value', '$$value']}}}}}"));
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(30)), 1)) {
      assertFails(422, "query_too_large", () -> store.reads().aggregate(large, EVENTS));

      assertThat(store.reads().aggregate(large, 100)).hasSize(100);
      assertThat(store.running()).isZero();
    }
  }

  @Test
  void tail_thatIsNotRead_keepsFewEventsInMemory() throws InterruptedException {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(30)), 1);
        EventTail tail =
            store.tail(
                BsonDocument.parse("{'%sservice': 'tailed'}".formatted(EventTail.PREFIX)), null)) {
      stored.add(
          IntStream.range(0, 100)
              .mapToObj(
                  n ->
                      "{\"requestId\":\"r%d\",\"service\":\"tailed\",\"route\":\"/\",\"timestamp\":\"%s\"}"
                          .formatted(n, Instant.now().minus(Duration.ofDays(1))))
              .toList());

      await()
          .during(Duration.ofMillis(1_500))
          .atMost(Duration.ofSeconds(20))
          .until(() -> tail.queued() == EventTail.MAX_QUEUED);

      for (int n = 0; n < 100; n++) {
        assertThat(tail.poll(Duration.ofSeconds(30))).as("event %d", n).isNotNull();
      }
    } finally {
      Mono.from(stored.collection().deleteMany(BsonDocument.parse("{service: 'tailed'}"))).block();
    }
  }

  @Test
  void queryThatTheServerDoesNotKnow_isNotTemporary() {
    try (EventStore store = new EventStore(stored.settings(Duration.ofSeconds(60)), 1)) {
      for (String stage :
          List.of(
              "{$match: {$expr: {$none: 1}}}",
              "{$none: {}}",
              "{$group: {_id: 1, a: {$none: 1}}}")) {
        List<BsonDocument> unknown = List.of(BsonDocument.parse(stage));
        assertFails(501, "query_unsupported", () -> store.reads().aggregate(unknown, 1));
      }
    }
  }

  @Test
  void readsOfThePrimary_ignoreTheReadPreference() {
    MongoSettings settings = stored.settings(Duration.ofSeconds(2));
    // The replica set of the tests has no secondary.
    String uri = settings.uri() + "&readPreference=secondary";
    try (StoredEvents bySecondary = StoredEvents.at(uri, settings.database());
        EventStore store = new EventStore(bySecondary.settings(Duration.ofSeconds(2)), 1)) {
      assertFails(503, "store_unavailable", () -> store.reads().aggregate(ALL, 1));

      assertThat(store.readsOfPrimary().aggregate(ALL, 1)).hasSize(1);
    }
  }

  @Test
  void closedStore_reportsThatItIsUnavailable() {
    EventStore store = new EventStore(stored.settings(Duration.ofSeconds(60)), 1);
    store.close();

    assertFails(503, "store_unavailable", () -> store.reads().aggregate(ALL, 1));
    assertFails(503, "store_unavailable", () -> store.tail(new BsonDocument(), null).close());
    assertThat(store.tails()).isZero();
  }

  private static void awaitConnection(EventStore store) {
    await().ignoreExceptions().until(() -> store.reads().aggregate(ALL, 1).size() == 1);
  }

  private static void assertFails(int status, String code, ThrowingCallable query) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(query)
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(code);
              assertThat(problem.status()).isEqualTo(status);
            });
  }
}
