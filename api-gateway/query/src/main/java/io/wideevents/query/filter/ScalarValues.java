package io.wideevents.query.filter;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/** Reads numbers and times as the codec stores them. */
final class ScalarValues {
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?");
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]+");
  private static final int MAX_LENGTH = 60;

  private ScalarValues() {}

  /** The number or the time; null if the text is neither. */
  static @Nullable BsonValue numberOrTime(String text) {
    BsonValue number = number(text);
    return number == null ? time(text) : number;
  }

  /** A number in the form of JSON; null if the text has another form. */
  static @Nullable BsonValue number(String text) {
    if (text.length() > MAX_LENGTH || !NUMBER.matcher(text).matches()) {
      return null;
    }
    if (WHOLE.matcher(text).matches()) {
      return new BsonInt64(Long.parseLong(text));
    }
    BigDecimal exact = new BigDecimal(text);
    double nearest = exact.doubleValue();
    // The codec stores a decimal as double if the double prints back to the same value.
    if (Double.isFinite(nearest) && BigDecimal.valueOf(nearest).compareTo(exact) == 0) {
      return new BsonDouble(nearest);
    }
    try {
      return new BsonDecimal128(new Decimal128(exact));
    } catch (NumberFormatException e) {
      // No BSON type holds the number, so no event contains it.
      return null;
    }
  }

  /** An ISO-8601 time with its offset; null if the text has another form. */
  static @Nullable BsonValue time(String text) {
    if (text.length() > MAX_LENGTH || !TIME.matcher(text).matches()) {
      return null;
    }
    try {
      return new BsonDateTime(Instant.parse(text).toEpochMilli());
    } catch (DateTimeException e) {
      return null;
    }
  }
}
