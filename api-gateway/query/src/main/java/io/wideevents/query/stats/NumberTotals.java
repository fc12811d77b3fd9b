package io.wideevents.query.stats;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one field in some events.
 *
 * @param weight of the events whose value is a number
 * @param sum of the numbers, each multiplied by the weight of its event
 * @param least null if no value is a number
 * @param most null if no value is a number
 */
record NumberTotals(
    double weight, BigDecimal sum, @Nullable BigDecimal least, @Nullable BigDecimal most) {
  static final NumberTotals NONE = new NumberTotals(0, BigDecimal.ZERO, null, null);

  NumberTotals plus(NumberTotals other) {
    return new NumberTotals(
        weight + other.weight,
        sum.add(other.sum),
        least == null ? other.least : other.least == null ? least : least.min(other.least),
        most == null ? other.most : other.most == null ? most : most.max(other.most));
  }

  @Nullable BigDecimal average() {
    return weight == 0 ? null : sum.divide(BigDecimal.valueOf(weight), MathContext.DECIMAL128);
  }
}
