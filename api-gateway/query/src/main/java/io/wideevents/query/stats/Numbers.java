package io.wideevents.query.stats;

import java.math.BigDecimal;
import java.math.MathContext;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Numbers of MongoDB without loss of digits. */
final class Numbers {
  private Numbers() {}

  /** The number; zero for NaN and the infinities, which only documents of other writers contain. */
  static BigDecimal exact(BsonNumber number) {
    BigDecimal exact = exactOrNull(number);
    return exact == null ? BigDecimal.ZERO : exact;
  }

  /** The number; null for a value that is no number, NaN or an infinity. */
  static @Nullable BigDecimal exactOrNull(@Nullable BsonValue value) {
    if (value == null || !value.isNumber()) {
      return null;
    }
    if (value.isDouble()) {
      double number = value.asDouble().getValue();
      return Double.isFinite(number) ? BigDecimal.valueOf(number) : null;
    }
    if (value.isDecimal128()) {
      var number = value.asDecimal128().getValue();
      if (number.isNaN() || number.isInfinite()) {
        return null;
      }
      // bigDecimalValue() has no negative zero.
      return number.isNegative()
          ? number.toString().matches("-0(E.*|\\.0+)?") ? BigDecimal.ZERO : number.bigDecimalValue()
          : number.bigDecimalValue();
    }
    return BigDecimal.valueOf(value.asNumber().longValue());
  }

  /** The quotient, with the 34 digits of a Decimal128. */
  static BigDecimal divide(BigDecimal sum, double weight) {
    return sum.divide(BigDecimal.valueOf(weight), MathContext.DECIMAL128);
  }
}
