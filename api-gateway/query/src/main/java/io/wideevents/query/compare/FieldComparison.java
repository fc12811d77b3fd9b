package io.wideevents.query.compare;

import io.wideevents.query.compare.RankedField.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the values of one field in two samples. */
final class FieldComparison {
  private static final int MAX_VALUES = 10;

  /** Numbers with fewer different values are compared value by value. */
  private static final int MIN_NUMBERS_FOR_RANGES = 11;

  private static final double MOSTLY = 0.9;

  /** Fewer events do not show whether a text identifies the request. */
  private static final int MIN_FOR_IDENTIFIER = 20;

  private static final double NEARLY_UNIQUE = 0.5;

  /**
   * Of two values with the same score, such as true and false, the one that is more frequent in the
   * selection comes first.
   */
  private static final Comparator<Value> MOST_DIFFERENT =
      Comparator.comparingLong((Value value) -> -value.difference().rankedScore())
          .thenComparingDouble(
              value -> value.difference().baseline() - value.difference().selection())
          .thenComparing(value -> String.valueOf(value.text()));

  private final Sample selection;
  private final Sample baseline;
  private final FieldPlace place;

  FieldComparison(Sample selection, Sample baseline, FieldPlace place) {
    this.selection = selection;
    this.baseline = baseline;
    this.place = place;
  }

  RankedField compare() {
    Difference missing = difference(selection.missing(place), baseline.missing(place));
    Value missingValue = new Value(null, FieldValue.MISSING.filter(place, false), missing);
    Set<FieldValue> all = new HashSet<>(selection.values(place).keySet());
    all.addAll(baseline.values(place).keySet());
    List<FieldValue> numbers = all.stream().filter(FieldValue::isNumber).toList();
    if (isIdentifier(all, numbers)) {
      return ranked(false, missing, List.of(missingValue));
    }
    boolean hasRanges =
        numbers.size() >= MIN_NUMBERS_FOR_RANGES && weight(numbers) >= MOSTLY * weight(all);
    List<Value> values = new ArrayList<>();
    for (FieldValue value : all) {
      if (value.kind() != FieldValue.Kind.CONTAINER && !(hasRanges && value.isNumber())) {
        values.add(value(value, all));
      }
    }
    if (missing.selection() > 0 || missing.baseline() > 0) {
      values.add(missingValue);
    }
    values.sort(MOST_DIFFERENT);
    if (hasRanges) {
      values.addAll(0, new NumberRanges(selection, baseline, place, numbers).values());
    }
    return ranked(hasRanges, missing, values);
  }

  private RankedField ranked(boolean isNumber, Difference missing, List<Value> values) {
    double score = missing.score();
    for (Value value : values) {
      score = Math.max(score, value.difference().score());
    }
    return new RankedField(
        place.text(),
        score,
        isNumber,
        missing,
        values.subList(0, Math.min(MAX_VALUES, values.size())));
  }

  private Value value(FieldValue value, Set<FieldValue> all) {
    boolean hasTwin =
        value.kind() != FieldValue.Kind.TEXT
            && all.contains(new FieldValue(FieldValue.Kind.TEXT, value.text()));
    return new Value(
        value.text(),
        value.filter(place, hasTwin),
        difference(selection.share(place, value), baseline.share(place, value)));
  }

  private Difference difference(double selected, double based) {
    return Difference.of(selected, selection.effectiveSize(), based, baseline.effectiveSize());
  }

  /**
   * Whether nearly every event has a different value. Numbers can be measurements, so they are
   * identifiers only if the field is named like one.
   */
  private boolean isIdentifier(Set<FieldValue> all, List<FieldValue> numbers) {
    int events = events(all);
    boolean isNearlyUnique = events >= MIN_FOR_IDENTIFIER && all.size() > NEARLY_UNIQUE * events;
    boolean isNumeric = numbers.size() > NEARLY_UNIQUE * all.size();
    return isNearlyUnique && (!isNumeric || isNamedIdentifier());
  }

  private boolean isNamedIdentifier() {
    String name = place.text().substring(place.text().lastIndexOf('.') + 1);
    return name.equals("id") || name.endsWith("Id") || name.endsWith("_id") || name.endsWith("ID");
  }

  private int events(Set<FieldValue> values) {
    int events = 0;
    for (Sample side : List.of(selection, baseline)) {
      for (Map.Entry<FieldValue, Sample.Count> value : side.values(place).entrySet()) {
        events += values.contains(value.getKey()) ? value.getValue().events() : 0;
      }
    }
    return events;
  }

  /** The shares of both sides together, without objects and arrays. */
  private double weight(Iterable<FieldValue> values) {
    double weight = 0;
    for (FieldValue value : values) {
      if (value.kind() != FieldValue.Kind.CONTAINER) {
        weight += selection.share(place, value) + baseline.share(place, value);
      }
    }
    return weight;
  }
}
