package io.wideevents.query;

import java.math.BigDecimal;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Numbers of MongoDB without loss of digits. */
public final class Numbers {
  // With the 34 digits of a Decimal128, less than the 60 characters of a number in a filter.
  private static final int MAX_ZEROS = 24;

  private Numbers() {}

  /** The number; null for a value that is no number, NaN or an infinity. */
  public static @Nullable BigDecimal exact(@Nullable BsonValue value) {
    if (value == null) {
      return null;
    }
    return switch (value.getBsonType()) {
      case INT32, INT64 -> BigDecimal.valueOf(value.asNumber().longValue());
      case DOUBLE -> {
        double number = value.asDouble().getValue();
        yield Double.isFinite(number) ? BigDecimal.valueOf(number) : null;
      }
      case DECIMAL128 -> {
        var number = value.asDecimal128().getValue();
        if (number.isNaN() || number.isInfinite()) {
          yield null;
        }
        try {
          yield number.bigDecimalValue();
        } catch (ArithmeticException e) {
          // Negative zero, which a BigDecimal does not have.
          yield BigDecimal.ZERO;
        }
      }
      default -> null;
    };
  }

  /**
   * The number in digits, without zeros at its end. A number that would have more than 60 digits
   * has an exponent. A filter reads both.
   */
  public static String plain(BigDecimal number) {
    if (number.signum() == 0) {
      return "0";
    }
    BigDecimal stripped = number.stripTrailingZeros();
    return Math.abs(stripped.scale()) > MAX_ZEROS ? stripped.toString() : stripped.toPlainString();
  }
}
