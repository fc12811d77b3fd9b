package io.wideevents.query.stats;

/** What can be calculated. */
enum Function {
  COUNT("count"),
  ERROR_RATE("error_rate"),
  AVG("avg"),
  MIN("min"),
  MAX("max"),
  SUM("sum"),
  P50("p50"),
  P90("p90"),
  P95("p95"),
  P99("p99"),
  DISTINCT("distinct");

  private final String label;

  Function(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /** Whether the function is one of a field. */
  boolean needsField() {
    return this != COUNT && this != ERROR_RATE;
  }

  boolean isPercentile() {
    return switch (this) {
      case P50, P90, P95, P99 -> true;
      case COUNT, ERROR_RATE, AVG, MIN, MAX, SUM, DISTINCT -> false;
    };
  }

  /** Whether the function is computed from the sum, the least and the greatest number. */
  boolean isOfNumbers() {
    return switch (this) {
      case AVG, MIN, MAX, SUM -> true;
      case COUNT, ERROR_RATE, P50, P90, P95, P99, DISTINCT -> false;
    };
  }
}
