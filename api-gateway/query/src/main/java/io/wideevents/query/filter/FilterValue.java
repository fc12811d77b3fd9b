package io.wideevents.query.filter;

import java.util.List;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonRegularExpression;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** What a term allows as the value of its field. */
sealed interface FilterValue {

  /** The condition on the value, without the name of the field. */
  BsonValue condition();

  /**
   * One of these values. A value of another BSON type with the same number is equal.
   *
   * @param values at least one
   */
  record OneOf(List<BsonValue> values) implements FilterValue {
    @Override
    public BsonValue condition() {
      return values.size() == 1
          ? values.getFirst()
          : new BsonDocument("$in", new BsonArray(values));
    }
  }

  /** The value null. An equality with null would match a missing field as well. */
  record Null() implements FilterValue {
    @Override
    public BsonValue condition() {
      return new BsonDocument("$type", new BsonInt32(BsonType.NULL.getValue()));
    }
  }

  /** A number or a time between two bounds, of which one may be missing. */
  record Between(@Nullable Bound least, @Nullable Bound most) implements FilterValue {
    record Bound(BsonValue value, boolean isIncluded) {}

    @Override
    public BsonValue condition() {
      BsonDocument condition = new BsonDocument();
      if (least != null) {
        condition.append(least.isIncluded() ? "$gte" : "$gt", least.value());
      }
      if (most != null) {
        condition.append(most.isIncluded() ? "$lte" : "$lt", most.value());
      }
      return condition;
    }
  }

  /**
   * A text that consists of literal parts with any text between them.
   *
   * @param parts at least two; the first is not empty, and the last is empty if any text may follow
   */
  record Wildcard(List<String> parts) implements FilterValue {
    @Override
    public BsonValue condition() {
      // The s option lets the dot match line breaks.
      return new BsonRegularExpression(expression(), "s");
    }

    /**
     * Each middle part matches at its first occurrence only, because it is in an atomic group. So
     * the time of matching is at most the length of the stored text times the length of the parts
     * after the first one, which {@link FilterReader} limits.
     */
    private String expression() {
      String middle =
          parts.subList(1, parts.size() - 1).stream()
              .map(part -> "(?>.*?" + Characters.escaped(part) + ")")
              .collect(Collectors.joining());
      String last = parts.getLast();
      return "^"
          + Characters.escaped(parts.getFirst())
          + middle
          + (last.isEmpty() ? "" : ".*" + Characters.escaped(last) + "\\z");
    }
  }
}
