package io.wideevents.query.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.wideevents.query.TestStore;
import io.wideevents.query.filter.Filter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import reactor.core.publisher.Mono;

/** That the filter of each value finds exactly the events that the comparison counted. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB lacks expressions")
class CompareFiltersIT {
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final List<BsonValue> VALUES =
      Arrays.asList(
          new BsonString("plain"),
          new BsonString("two words"),
          new BsonString("a\"quote\\and: comma, >5"),
          new BsonString("7"),
          new BsonInt32(7),
          new BsonDouble(7.25),
          new BsonString("true"),
          BsonBoolean.TRUE,
          BsonNull.VALUE,
          new BsonString("1..2"),
          new BsonString("with * star"),
          new BsonString("한국어"),
          new BsonString(""));

  @Test
  void run_givesFiltersThatFindTheCountedEvents() {
    // Given: the marked events prefer other values than the rest
    Random random = new Random(3);
    List<BsonDocument> events = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      boolean isMarked = i % 3 == 0;
      BsonDocument event =
          new BsonDocument(
                  "timestamp", new BsonDateTime(NOW.toEpochMilli() - 1 - random.nextInt(3_000_000)))
              .append("marked", BsonBoolean.valueOf(isMarked))
              .append("a.b", new BsonString(isMarked ? "x" : "y"))
              .append("duration", new BsonString(isMarked ? "x" : "y"))
              .append("has", new BsonString(isMarked ? "x" : "y"))
              .append("nested", new BsonDocument("$x", new BsonString(isMarked ? "x" : "y")));
      int index = Math.min(random.nextInt(VALUES.size()), random.nextInt(VALUES.size()));
      BsonValue value = VALUES.get(isMarked ? index : VALUES.size() - 1 - index);
      if (random.nextInt(5) > 0) {
        event.append("mixed", value);
      }
      event.append("list", new BsonArray(List.of(value, VALUES.get(index))));
      event.append("size", new BsonDouble(random.nextInt(1000) * (isMarked ? 2 : 1) / 4.0));
      events.add(event);
    }
    try (TestStore store = new TestStore(CompareFiltersIT.class)) {
      store.fill(events);

      // When
      CompareResult result =
          CompareQuery.run(
              CompareRequest.parse(
                  "{\"selection\": {\"filter\": \"marked:true\"}}".getBytes(StandardCharsets.UTF_8),
                  NOW),
              store.store().reads());

      // Then
      assertThat(result.selection()).isEqualTo(new CompareResult.Size(1_000, 1_000));
      assertThat(result.baseline()).isEqualTo(new CompareResult.Size(2_000, 2_000));
      int filters = 0;
      for (RankedField field : result.fields()) {
        for (RankedField.Value value : field.values()) {
          String filter = value.filter();
          if (filter != null) {
            filters++;
            assertThat(count(store, filter, true) / 1_000.0)
                .as(filter)
                .isCloseTo(value.difference().selection(), within(1e-9));
            assertThat(count(store, filter, false) / 2_000.0)
                .as(filter)
                .isCloseTo(value.difference().baseline(), within(1e-9));
          }
        }
      }
      assertThat(filters).isGreaterThan(20);
      assertThat(result.fields().stream().flatMap(field -> field.values().stream()))
          .extracting(RankedField.Value::filter)
          .contains("list:\"with \\* star\"");
      assertThat(result.fields().stream().map(RankedField::field))
          .contains("mixed", "list", "size", "a.b", "duration", "has", "nested.$x");
      assertThat(result.fields().stream().filter(field -> isNotAddressable(field.field())))
          .allSatisfy(
              field -> assertThat(field.values()).allMatch(value -> value.filter() == null));
    }
  }

  /** Names that the grammar reads as something else. */
  private static boolean isNotAddressable(String field) {
    return List.of("a.b", "duration", "has", "nested.$x").contains(field);
  }

  private static long count(TestStore store, String filter, boolean isMarked) {
    BsonDocument marked = new BsonDocument("marked", BsonBoolean.valueOf(isMarked));
    BsonDocument both =
        new BsonDocument("$and", new BsonArray(List.of(Filter.parse(filter).condition(), marked)));
    return Mono.from(store.collection().countDocuments(both)).blockOptional().orElseThrow();
  }
}
