package io.wideevents.query.stats;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one field in some events.
 *
 * @param weight of the events whose value is a number
 * @param sum of the numbers, each multiplied by the weight of its event; null if MongoDB computed
 *     no finite number, for example because the sum exceeds the largest double
 * @param least null if no value is a number
 * @param most null if no value is a number
 */
record NumberTotals(
    double weight,
    @Nullable BigDecimal sum,
    @Nullable BigDecimal least,
    @Nullable BigDecimal most) {
  static final NumberTotals NONE = new NumberTotals(0, BigDecimal.ZERO, null, null);

  NumberTotals plus(NumberTotals other) {
    return new NumberTotals(
        weight + other.weight,
        sum == null || other.sum == null ? null : sum.add(other.sum),
        least == null ? other.least : other.least == null ? least : least.min(other.least),
        most == null ? other.most : other.most == null ? most : most.max(other.most));
  }

  @Nullable BigDecimal average() {
    return weight == 0 || sum == null
        ? null
        : sum.divide(BigDecimal.valueOf(weight), MathContext.DECIMAL128);
  }
}
