package io.wideevents.query.stats;

import io.wideevents.event.Outcome;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** The figures of some events, added up from cells. Not safe for concurrent use. */
final class Totals {
  // A share of the weight, such as 0.95 * 20, is not always the exact double.
  private static final double ROUNDING = 1e-12;

  private final Map<Outcome, Double> outcomes = new EnumMap<>(Outcome.class);
  private final Map<String, NumberTotals> numbers = new HashMap<>();
  private final Map<String, TreeMap<Integer, Double>> buckets = new HashMap<>();
  private final Map<String, Long> distinct = new HashMap<>();
  private long events;
  private double weight;

  /** Adds the events of a cell: their number, outcomes, sums and buckets. */
  void add(Pass pass, BsonDocument cell) {
    double added = pass.weight(cell);
    events += pass.events(cell);
    weight += added;
    String outcome = pass.outcome(cell);
    for (Outcome each : Outcome.values()) {
      if (each.name().equals(outcome)) {
        outcomes.merge(each, added, Double::sum);
      }
    }
    for (int n = 0; n < pass.numbers().size(); n++) {
      numbers.merge(pass.numbers().get(n), pass.numbers(cell, n), NumberTotals::plus);
    }
    addBucket(pass, cell);
  }

  /** Adds only the buckets of a cell whose events were added before. */
  void addBucket(Pass pass, BsonDocument cell) {
    Integer bucket = pass.bucket(cell);
    if (bucket != null) {
      buckets
          .computeIfAbsent(pass.bucketed().orElseThrow(), path -> new TreeMap<>())
          .merge(bucket, pass.weight(cell), Double::sum);
    }
  }

  void addDistinct(String path, long values) {
    distinct.merge(path, values, Long::sum);
  }

  /** Whether an event stands for more than one. */
  boolean isWeighted() {
    return weight != events;
  }

  double weight() {
    return weight;
  }

  double outcome(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0.0);
  }

  /** The result; null if no event has a value for it. */
  @Nullable BigDecimal value(Calculation calculation) {
    Function function = calculation.function();
    return switch (function) {
      case COUNT -> BigDecimal.valueOf(weight);
      case ERROR_RATE -> weight == 0 ? null : BigDecimal.valueOf(outcome(Outcome.FAILED) / weight);
      case AVG -> numbers(calculation).average();
      case MIN -> numbers(calculation).least();
      case MAX -> numbers(calculation).most();
      case SUM -> numbers(calculation).weight() == 0 ? null : numbers(calculation).sum();
      case P50 -> percentile(calculation, 0.5);
      case P90 -> percentile(calculation, 0.9);
      case P95 -> percentile(calculation, 0.95);
      case P99 -> percentile(calculation, 0.99);
      case DISTINCT -> BigDecimal.valueOf(distinct.getOrDefault(calculation.path(), 0L));
    };
  }

  private NumberTotals numbers(Calculation calculation) {
    return numbers.getOrDefault(calculation.path(), NumberTotals.NONE);
  }

  /** The least number that is not exceeded by this share of the weight, within 1 %. */
  private @Nullable BigDecimal percentile(Calculation calculation, double share) {
    TreeMap<Integer, Double> counts = buckets.get(calculation.path());
    if (counts == null) {
      return null;
    }
    double all = counts.values().stream().mapToDouble(Double::doubleValue).sum();
    double below = 0;
    for (Map.Entry<Integer, Double> bucket : counts.entrySet()) {
      below += bucket.getValue();
      if (below >= share * all - all * ROUNDING) {
        return estimate(bucket.getKey());
      }
    }
    return estimate(counts.lastKey());
  }

  // More digits would claim a precision that the buckets do not have. Fewer would increase the
  // error.
  private static BigDecimal estimate(int bucket) {
    return BigDecimal.valueOf(LogBuckets.estimate(bucket)).round(new MathContext(5));
  }
}
