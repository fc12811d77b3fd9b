package io.wideevents.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.bson.types.Decimal128;

/**
 * Finds the BSON type that represents a JSON number exactly: int32, int64, then Decimal128 for
 * integers; a double for decimals if it prints back to the same value, else Decimal128. A number
 * that no type represents exactly is rejected, never rounded.
 *
 * <p>Takes time linear in the number's text, whatever its exponent: {@code 1e999999999} must not
 * cost a billion digits. Reads one number at a time; not safe for concurrent use.
 */
final class NumberReader {
  /** The type of the last number read. */
  enum Type {
    INT32,
    INT64,
    DOUBLE,
    DECIMAL128,
    /** No BSON type represents it exactly. */
    OUT_OF_RANGE
  }

  private static final int MAX_LONG_DIGITS = 18;

  /**
   * A decimal of this many digits always survives the conversion to double and back; two more
   * digits identify any double.
   */
  private static final int SURE_DOUBLE_DIGITS = 15;

  private static final int MAX_DOUBLE_DIGITS = 17;

  /** Powers of ten that are exact as double. */
  private static final double[] EXACT_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private static final int MAX_DECIMAL128_DIGITS = 34;
  private static final int MIN_DECIMAL128_EXPONENT = -6176;

  /** Highest power of ten of a Decimal128's leading digit, plus one. */
  private static final int MAX_DECIMAL128_MAGNITUDE = 6145;

  /**
   * Far beyond any usable exponent, and far from overflowing when the number of digits is added.
   */
  private static final long EXPONENT_CAP = 1_000_000_000_000L;

  private Type type = Type.INT32;
  private long integer;
  private double binary;
  private Decimal128 decimal = Decimal128.POSITIVE_ZERO;

  // The parsed number: its digits without leading and trailing zeros, times 10^exponent
  private boolean negative;
  private boolean whole;
  private int digitCount;
  private long firstDigits;
  private long exponent;
  private final StringBuilder digits = new StringBuilder(MAX_DECIMAL128_DIGITS);

  /**
   * Reads a number.
   *
   * @param text contains the number, as JSON, in {@code [from, to)}
   * @param isInteger whether the number has neither a fraction nor an exponent
   */
  Type read(byte[] text, int from, int to, boolean isInteger) {
    type = isInteger ? readInteger(text, from, to - from) : readDecimal(text, from, to - from);
    return type;
  }

  /** The double nearest to the last number read. */
  double asDouble() {
    return switch (type) {
      case INT32, INT64 -> integer;
      case DOUBLE -> binary;
      case DECIMAL128 -> decimal.bigDecimalValue().doubleValue();
      case OUT_OF_RANGE -> Double.NaN;
    };
  }

  /** The last number read; valid for {@code INT32} and {@code INT64}, and for a whole double. */
  long asLong() {
    return type == Type.DOUBLE ? (long) binary : integer;
  }

  /** Whether the last number read, which is written as a decimal, has no fraction. */
  boolean isWhole() {
    return whole;
  }

  /** Writes the last number read as the next value of the document. */
  void writeTo(DocumentBuffer document) {
    switch (type) {
      case INT32 -> document.number((int) integer);
      case INT64 -> document.number(integer);
      case DOUBLE -> document.number(binary);
      case DECIMAL128 -> document.number(decimal);
      case OUT_OF_RANGE -> throw new IllegalStateException("A rejected number cannot be written");
    }
  }

  private Type readInteger(byte[] text, int offset, int length) {
    if (length <= MAX_LONG_DIGITS) {
      integer = smallInteger(text, offset, length);
      return integer == (int) integer ? Type.INT32 : Type.INT64;
    }
    takeApart(text, offset, length);
    // At most 40 digits, so this is never slow: the JSON grammar allows no leading zeros.
    if (digitCount + exponent <= MAX_LONG_DIGITS + 1) {
      BigInteger value =
          new BigInteger(new String(text, offset, length, StandardCharsets.US_ASCII));
      if (value.bitLength() < Long.SIZE) {
        integer = value.longValue();
        return Type.INT64;
      }
    }
    return decimal128();
  }

  private static long smallInteger(byte[] text, int offset, int length) {
    int i = text[offset] == '-' ? offset + 1 : offset;
    long value = 0;
    for (; i < offset + length; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return text[offset] == '-' ? -value : value;
  }

  private Type readDecimal(byte[] text, int offset, int length) {
    if (isShortDecimal(text, offset, offset + length)) {
      return Type.DOUBLE;
    }
    takeApart(text, offset, length);
    whole = digitCount == 0 || exponent >= 0;
    if (digitCount == 0) {
      binary = negative ? -0.0 : 0.0;
      return Type.DOUBLE;
    }
    if (digitCount <= SURE_DOUBLE_DIGITS && Math.abs(exponent) < EXACT_POWERS.length) {
      // Both operands are exact, so the single rounding gives the nearest double.
      double power = EXACT_POWERS[(int) Math.abs(exponent)];
      double value = exponent < 0 ? firstDigits / power : firstDigits * power;
      binary = negative ? -value : value;
      return Type.DOUBLE;
    }
    if (digitCount <= MAX_DOUBLE_DIGITS && Math.abs(exponent) < 400) {
      BigDecimal exact = exactValue();
      double nearest = exact.doubleValue();
      if (Double.isFinite(nearest)
          && new BigDecimal(Double.toString(nearest)).compareTo(exact) == 0) {
        binary = nearest;
        return Type.DOUBLE;
      }
    }
    return decimal128();
  }

  /**
   * Reads a decimal of at most 15 digits without an exponent, such as {@code 12.75}, in one pass.
   * Nearly all decimals are of this kind, and {@link #takeApart} takes three times as long.
   *
   * @return false if the number is of another kind
   */
  private boolean isShortDecimal(byte[] text, int from, int to) {
    int i = text[from] == '-' ? from + 1 : from;
    if (to - i > SURE_DOUBLE_DIGITS + 1) {
      return false;
    }
    long unscaled = 0;
    int point = to;
    for (; i < to; i++) {
      byte c = text[i];
      if (c == '.') {
        point = i + 1;
      } else if (c == 'e' || c == 'E') {
        return false;
      } else {
        unscaled = unscaled * 10 + (c - '0');
      }
    }
    // Both operands are exact, so the single rounding gives the nearest double. A number of so few
    // digits that is not whole is not rounded to a whole one.
    double value = unscaled / EXACT_POWERS[to - point];
    binary = text[from] == '-' ? -value : value;
    whole = value == Math.rint(value);
    return true;
  }

  private Type decimal128() {
    if (!isDecimal128(digitCount, exponent)) {
      return Type.OUT_OF_RANGE;
    }
    decimal = new Decimal128(exactValue());
    return Type.DECIMAL128;
  }

  /** Whether a Decimal128 represents a number of this many digits, times 10^exponent. */
  static boolean isDecimal128(int digits, long exponent) {
    return digits <= MAX_DECIMAL128_DIGITS
        && exponent >= MIN_DECIMAL128_EXPONENT
        && digits + exponent <= MAX_DECIMAL128_MAGNITUDE;
  }

  private BigDecimal exactValue() {
    BigInteger unscaled = new BigInteger(digits.toString());
    return new BigDecimal(negative ? unscaled.negate() : unscaled, (int) -exponent);
  }

  private void takeApart(byte[] text, int offset, int length) {
    int end = offset + length;
    int i = offset;
    negative = text[i] == '-';
    digits.setLength(0);
    digitCount = 0;
    firstDigits = 0;
    long zerosHeldBack = 0;
    long pointShift = 0;
    boolean afterPoint = false;
    for (i += negative ? 1 : 0; i < end; i++) {
      byte c = text[i];
      if (c == 'e' || c == 'E') {
        break;
      }
      if (c == '.') {
        afterPoint = true;
        continue;
      }
      pointShift -= afterPoint ? 1 : 0;
      if (c != '0') {
        if (digitCount > 0) {
          addZeros(zerosHeldBack);
        }
        addDigit(c);
        zerosHeldBack = 0;
      } else if (digitCount > 0) {
        zerosHeldBack++;
      }
    }
    exponent = pointShift + zerosHeldBack + (i < end ? exponentPart(text, i + 1, end) : 0);
  }

  private void addZeros(long count) {
    for (long i = 0; i < count; i++) {
      addDigit((byte) '0');
    }
  }

  private void addDigit(byte digit) {
    digitCount++;
    if (digitCount <= MAX_DECIMAL128_DIGITS) {
      digits.append((char) digit);
      if (digitCount <= MAX_LONG_DIGITS) {
        firstDigits = firstDigits * 10 + (digit - '0');
      }
    }
  }

  private static long exponentPart(byte[] text, int from, int end) {
    boolean negative = text[from] == '-';
    long value = 0;
    for (int i = negative || text[from] == '+' ? from + 1 : from; i < end; i++) {
      value = Math.min(value * 10 + (text[i] - '0'), EXPONENT_CAP);
    }
    return negative ? -value : value;
  }
}
