package io.wideevents.query.filter;

import io.wideevents.query.filter.FilterValue.Between;
import io.wideevents.query.filter.FilterValue.Null;
import io.wideevents.query.filter.FilterValue.OneOf;
import io.wideevents.query.filter.FilterValue.Wildcard;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** What a filter means, without MongoDB: the documentation of the grammar as a predicate. */
final class FilterModel {
  private FilterModel() {}

  static boolean matches(List<FilterTerm> terms, BsonDocument event) {
    return terms.stream().allMatch(term -> matches(term, event));
  }

  private static boolean matches(FilterTerm term, BsonDocument event) {
    return switch (term) {
      case FilterTerm.Not not -> !matches(not.term(), event);
      case FilterTerm.Has has -> !at(has.named(), event).isEmpty();
      case FilterTerm.Words words ->
          event.containsKey("_summary")
              && event
                  .getString("_summary")
                  .getValue()
                  .toLowerCase(Locale.ROOT)
                  .contains(words.text().toLowerCase(Locale.ROOT));
      case FilterTerm.Values values -> {
        List<BsonValue> found = withElements(at(values.named(), event));
        yield values.values().stream().anyMatch(value -> matches(value, found));
      }
    };
  }

  private static boolean matches(FilterValue wanted, List<BsonValue> found) {
    return switch (wanted) {
      case OneOf one ->
          found.stream()
              .anyMatch(value -> one.values().stream().anyMatch(each -> equal(each, value)));
      case Null none -> found.stream().anyMatch(BsonValue::isNull);
      // In an array, one element may be above one bound and another one below the other.
      case Between between ->
          isWithin(between.least(), found, order -> order < 0)
              && isWithin(between.most(), found, order -> order > 0);
      case Wildcard wildcard ->
          found.stream()
              .anyMatch(
                  value ->
                      value.isString() && matches(wildcard.parts(), value.asString().getValue()));
    };
  }

  private static boolean isWithin(
      Between.@Nullable Bound bound, List<BsonValue> found, IntPredicate isBeyond) {
    return bound == null
        || found.stream()
            .anyMatch(
                value -> {
                  Integer order = compare(value, bound.value());
                  return order != null
                      && !isBeyond.test(order)
                      && (bound.isIncluded() || order != 0);
                });
  }

  private static @Nullable Integer compare(BsonValue one, BsonValue other) {
    if (one.isNumber() && other.isNumber()) {
      return number(one).compareTo(number(other));
    }
    return one.isDateTime() && other.isDateTime()
        ? Long.compare(one.asDateTime().getValue(), other.asDateTime().getValue())
        : null;
  }

  private static boolean equal(BsonValue wanted, BsonValue value) {
    return wanted.isNumber()
        ? value.isNumber() && number(wanted).compareTo(number(value)) == 0
        : wanted.equals(value);
  }

  private static BigDecimal number(BsonValue value) {
    return switch (value.getBsonType()) {
      case INT32 -> BigDecimal.valueOf(value.asInt32().getValue());
      case INT64 -> BigDecimal.valueOf(value.asInt64().getValue());
      case DOUBLE -> new BigDecimal(value.asDouble().getValue());
      default -> value.asDecimal128().getValue().bigDecimalValue();
    };
  }

  /** Whether the parts are in the text in order, the first at its start and the last at its end. */
  private static boolean matches(List<String> parts, String text) {
    if (!text.startsWith(parts.getFirst())) {
      return false;
    }
    int from = parts.getFirst().length();
    for (String part : parts.subList(1, parts.size() - 1)) {
      int found = text.indexOf(part, from);
      if (found < 0) {
        return false;
      }
      from = found + part.length();
    }
    String last = parts.getLast();
    return text.length() - last.length() >= from && text.endsWith(last);
  }

  /** The values at the path; a path goes through the elements of an array. */
  private static List<BsonValue> at(QueryField field, BsonDocument event) {
    List<BsonValue> values = List.of(event);
    for (String name : field.path().split("\\.", -1)) {
      List<BsonValue> below = new ArrayList<>();
      for (BsonValue value : values) {
        for (BsonValue each : value.isArray() ? value.asArray() : new BsonArray(List.of(value))) {
          if (each.isDocument() && each.asDocument().containsKey(name)) {
            below.add(each.asDocument().get(name));
          }
        }
      }
      values = below;
    }
    return values;
  }

  private static List<BsonValue> withElements(List<BsonValue> values) {
    List<BsonValue> all = new ArrayList<>(values);
    values.stream().filter(BsonValue::isArray).forEach(array -> all.addAll(array.asArray()));
    return all;
  }
}
