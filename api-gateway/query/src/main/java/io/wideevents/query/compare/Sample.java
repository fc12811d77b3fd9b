package io.wideevents.query.compare;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** The fields of the sampled events of one side. Not safe for concurrent use. */
final class Sample {
  /** Bounds the memory of a comparison; later names are left out. */
  private static final int MAX_FIELDS = 2_000;

  /** Bounds the memory too; later values are left out. */
  static final int MAX_VALUES = 100_000;

  private static final double MAX_RATE = 1e9;

  private static final int VALUE_BYTES = 200;

  private final LongConsumer memory;
  private final Map<FieldPlace, Map<FieldValue, Count>> fields = new HashMap<>();
  private final Map<FieldPlace, Count> present = new HashMap<>();
  private int values;
  private int events;
  private double weight;
  private double squares;

  /** Events and their weight. */
  static final class Count {
    private int events;
    private double weight;

    int events() {
      return events;
    }

    double weight() {
      return weight;
    }

    private void add(double more) {
      events++;
      weight += more;
    }
  }

  /**
   * @param memory reserves bytes for the values
   */
  Sample(LongConsumer memory) {
    this.memory = memory;
  }

  void add(BsonDocument event) {
    double rate = rate(event);
    events++;
    weight += rate;
    squares += rate * rate;
    for (Map.Entry<FieldPlace, Set<FieldValue>> field : EventFlattener.fields(event).entrySet()) {
      if (fields.size() < MAX_FIELDS || fields.containsKey(field.getKey())) {
        Map<FieldValue, Count> counts =
            fields.computeIfAbsent(field.getKey(), key -> new HashMap<>());
        field.getValue().forEach(each -> count(counts, each, rate));
        present.computeIfAbsent(field.getKey(), key -> new Count()).add(rate);
      }
    }
  }

  private void count(Map<FieldValue, Count> counts, FieldValue value, double rate) {
    Count count = counts.get(value);
    if (count == null) {
      if (values >= MAX_VALUES) {
        return;
      }
      values++;
      memory.accept(VALUE_BYTES + value.text().length());
      count = new Count();
      counts.put(value, count);
    }
    count.add(rate);
  }

  /** The number of different values of all fields. */
  int valueCount() {
    return values;
  }

  int events() {
    return events;
  }

  /** The number of equally weighted events with the same sampling error (Kish, 1965). */
  double effectiveSize() {
    return squares == 0 ? 0 : weight * weight / squares;
  }

  /** The fields with a value that is neither an object nor an empty array. */
  Set<FieldPlace> placesOfValues() {
    return fields.entrySet().stream()
        .filter(field -> !field.getValue().keySet().equals(Set.of(FieldValue.CONTAINER)))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** The values of a field, with the events that have them. */
  Map<FieldValue, Count> values(FieldPlace place) {
    return fields.getOrDefault(place, Map.of());
  }

  /** The share of the weight of the events with this value. */
  double share(FieldPlace place, FieldValue value) {
    Count count = values(place).get(value);
    return count == null || weight == 0 ? 0 : count.weight / weight;
  }

  double missing(FieldPlace place) {
    Count count = present.get(place);
    return weight == 0 ? 0 : Math.max(0, 1 - (count == null ? 0 : count.weight) / weight);
  }

  private static double rate(BsonDocument event) {
    BsonValue sampling = event.get("_sampling");
    BsonValue rate =
        sampling != null && sampling.isDocument() ? sampling.asDocument().get("rate") : null;
    double number = rate != null && rate.isNumber() ? rate.asNumber().doubleValue() : 1;
    return number >= 1 && number <= MAX_RATE ? number : 1;
  }
}
