package io.wideevents.query.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Projections;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.store.StoredEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** MongoDB finds the events that the grammar means. */
class FilterOnMongoIT {
  private static final int FILTERS_PER_SEED = 400;
  private static final int EVENTS = 200;

  // Each value that a filter of the generator can name, in each BSON type that holds it.
  private static final List<BsonValue> VALUES =
      BsonArray.parse(
              """
              [1, 2, {$numberLong: '2'}, 2.5, -1, 100, {$numberLong: '9007199254740993'}, 0.1,
               {$numberDecimal: '0.1'}, {$numberDecimal: '2'}, true, false, null, 'abc', 'abd', 'ABC',
               'a.c', 'axc', 'ab\\nc', 'a*', 'x/y/z', 'x/y/', 'x/y', '1', '', '(a+)+', 'a|b', '^abc$',
               '서울시', '😀', {$date: '2026-11-30T10:00:00Z'}, [], [1, 5, 'abc'], [null], [[1]],
               {b: 1}, {b: {c: 'abc'}}, {b: [{c: 2}, {c: 'a'}]}, [{x: 1}, {x: [2, 3]}, 4], {x: null}]
              """)
          .getValues();
  private static final List<String> SUMMARIES =
      List.of("FAILED db timeout", "Timeout", "db  time", "(x)", "ü", "Ü a.*", "\\\\", "failed");

  private static StoredEvents stored;
  private static EventStore store;
  private static List<BsonDocument> events;

  @BeforeAll
  static void storeEvents() {
    stored = StoredEvents.in(FilterOnMongoIT.class);
    store = new EventStore(stored.settings(Duration.ofSeconds(20)), 4);
    Random random = new Random(17);
    List<BsonDocument> made = new ArrayList<>();
    for (int id = 0; id < EVENTS; id++) {
      BsonDocument event = new BsonDocument("_id", new BsonInt32(id));
      for (String field : List.of("a", "list", "text", "flag", "n", "고객")) {
        if (random.nextInt(3) > 0) {
          event.append(field, VALUES.get(random.nextInt(VALUES.size())));
        }
      }
      if (random.nextBoolean()) {
        event.append("_summary", new BsonString(SUMMARIES.get(random.nextInt(SUMMARIES.size()))));
      }
      made.add(event);
    }
    events = List.copyOf(made);
    Mono.from(
            stored
                .collection()
                .insertMany(
                    events.stream()
                        .map(event -> new RawBsonDocument(event, new BsonDocumentCodec()))
                        .toList()))
        .block();
  }

  @AfterAll
  static void close() {
    store.close();
    stored.close();
  }

  @EnabledIf(
      value = "io.wideevents.stack.TestStack#mongoIsServer",
      disabledReason = "The stand-in for MongoDB compares numbers otherwise")
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void mongo_findsWhatTheGrammarMeans(long seed) {
    RandomFilters filters = new RandomFilters(seed);
    int matching = 0;
    for (int i = 0; i < FILTERS_PER_SEED; i++) {
      String text = filters.valid();
      List<FilterTerm> terms = new FilterReader(text).read();

      List<Integer> expected =
          events.stream()
              .filter(event -> FilterModel.matches(terms, event))
              .map(event -> event.getInt32("_id").getValue())
              .toList();

      assertThat(found(Filter.parse(text))).as(text).isEqualTo(expected);
      matching += expected.isEmpty() ? 0 : 1;
    }
    assertThat(matching).isGreaterThan(FILTERS_PER_SEED / 3);
  }

  @Test
  void mongo_executesTheLongestFilters() {
    assertThat(found(Filter.parse("서".repeat(4096)))).isEmpty();
    assertThat(found(Filter.parse(".".repeat(4096)))).isEmpty();
    assertThat(found(Filter.parse("a:" + "서".repeat(3900) + "*서서".repeat(20)))).isEmpty();
    assertThat(found(Filter.parse("-a:x ".repeat(50)))).hasSize(EVENTS);
  }

  @Test
  void mongo_matchesEachAllowedPatternInAFractionOfASecond() {
    BsonDocument long1 =
        new BsonDocument("_id", new BsonInt32(-1))
            .append("long", new BsonString("a".repeat(200_000)));
    Mono.from(stored.collection().insertOne(new RawBsonDocument(long1, new BsonDocumentCodec())))
        .block();
    long start = System.nanoTime();

    assertThat(found(Filter.parse("long:" + "a*".repeat(19) + "b"))).isEmpty();
    assertThat(found(Filter.parse("long:" + "a*".repeat(19) + "a"))).containsExactly(-1);
    assertThat(found(Filter.parse("long:a*" + "a".repeat(99) + "b*"))).isEmpty();
    assertThat(found(Filter.parse("long:a*" + "a".repeat(99) + "b"))).isEmpty();
    assertThat(found(Filter.parse("long:a" + "*aaaaab".repeat(16)))).isEmpty();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    Mono.from(stored.collection().deleteOne(new BsonDocument("_id", new BsonInt32(-1)))).block();
  }

  private static List<Integer> found(Filter filter) {
    return store
        .reads()
        .aggregate(
            List.of(
                Aggregates.match(filter.condition()),
                Aggregates.sort(new BsonDocument("_id", new BsonInt32(1))),
                Aggregates.project(Projections.include("_id"))),
            EVENTS + 1)
        .stream()
        .map(document -> document.getInt32("_id").getValue())
        .toList();
  }
}
