package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Converts a number that a service set into a {@code Long}, a finite {@code Double}, a {@code
 * BigInteger} or a {@code BigDecimal}. Runs methods of the number.
 */
final class NumberCopy {
  /** 34 digits are below 2^113. Counting the digits of longer numbers takes too much time. */
  private static final int MAX_BITS = 113;

  private NumberCopy() {}

  static CopiedValue of(Number number) {
    return switch (number) {
      case Integer i -> CopiedValue.kept(i.longValue());
      case Long l -> CopiedValue.kept(l);
      case Double d -> finite(d);
      // As printed: 0.1f is 0.1, not 0.10000000149011612.
      case Float f ->
          Float.isFinite(f) ? CopiedValue.kept(Double.valueOf(f.toString())) : finite(f);
      case Short s -> CopiedValue.kept(s.longValue());
      case Byte b -> CopiedValue.kept(b.longValue());
      case BigInteger big -> whole(big);
      case BigDecimal decimal -> decimal(decimal);
      default -> counter(number);
    };
  }

  static CopiedValue finite(double value) {
    return Double.isFinite(value)
        ? CopiedValue.kept(value)
        : CopiedValue.dropped(ProblemCode.NOT_FINITE);
  }

  /** Atomics and adders of the JDK. The meaning of other Number classes is unknown. */
  private static CopiedValue counter(Number number) {
    String name = number.getClass().getName();
    if (name.startsWith("java.util.concurrent.atomic.Double")) {
      return finite(number.doubleValue());
    }
    return name.startsWith("java.util.concurrent.atomic.")
        ? CopiedValue.kept(number.longValue())
        : CopiedValue.dropped(ProblemCode.UNSUPPORTED_TYPE);
  }

  private static CopiedValue whole(BigInteger value) {
    if (value.bitLength() > MAX_BITS) {
      return CopiedValue.dropped(ProblemCode.NUMBER_OUT_OF_RANGE);
    }
    BigInteger number = plain(value);
    if (number.bitLength() < Long.SIZE) {
      return CopiedValue.kept(number.longValue());
    }
    return number.bitLength() <= MAX_BITS
            && NumberReader.isDecimal128(new BigDecimal(number).precision(), 0)
        ? CopiedValue.kept(number)
        : CopiedValue.dropped(ProblemCode.NUMBER_OUT_OF_RANGE);
  }

  private static CopiedValue decimal(BigDecimal given) {
    BigInteger digits = given.unscaledValue();
    // Trailing zeros count as digits, because stripping them takes more than linear time.
    if (digits.bitLength() > MAX_BITS) {
      return CopiedValue.dropped(ProblemCode.NUMBER_OUT_OF_RANGE);
    }
    BigDecimal value =
        given.getClass() == BigDecimal.class ? given : new BigDecimal(plain(digits), given.scale());
    return NumberReader.isDecimal128(value.precision(), -(long) value.scale())
        ? CopiedValue.kept(value)
        : CopiedValue.dropped(ProblemCode.NUMBER_OUT_OF_RANGE);
  }

  /** The same number in the JDK's own class, because a subclass of it may print anything. */
  private static BigInteger plain(BigInteger value) {
    return value.getClass() == BigInteger.class ? value : new BigInteger(value.toByteArray());
  }
}
