package io.wideevents.codec;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the times that loggers write, and writes them as RFC 3339 text: numbers of seconds,
 * milliseconds, microseconds or nanoseconds since the epoch, and ISO 8601 text with or without an
 * offset.
 */
final class LenientTime {
  private static final int MAX_LENGTH = 64;

  /** 3 March 1973 in each unit. A smaller number is not a time of an event. */
  private static final BigDecimal LEAST_SECONDS = new BigDecimal("1e8");

  private static final BigDecimal LEAST_MILLIS = new BigDecimal("1e11");
  private static final BigDecimal LEAST_MICROS = new BigDecimal("1e14");
  private static final BigDecimal LEAST_NANOS = new BigDecimal("1e17");
  private static final BigDecimal TOO_LARGE = new BigDecimal("1e20");

  private static final Pattern NUMBER =
      Pattern.compile("[0-9]{1,20}(?:[.][0-9]{1,30})?(?:[eE][+]?[0-9]{1,2})?");

  private static final Pattern NUMBER_AS_TEXT = Pattern.compile("[0-9]{9,20}(?:[.][0-9]{1,30})?");

  /** Date and time; the fraction; the offset. */
  private static final Pattern TEXT =
      Pattern.compile(
          "([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?"
              + " ?(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?");

  private LenientTime() {}

  /** Whether a number is whole milliseconds, which are valid in an event as they are. */
  static boolean isMillis(JsonTree.Scalar number) {
    if (number.to() - number.from() > MAX_LENGTH) {
      return false;
    }
    String text = number.content();
    if (!NUMBER.matcher(text).matches()) {
      return false;
    }
    BigDecimal millis = new BigDecimal(text);
    return millis.compareTo(LEAST_MILLIS) >= 0
        && millis.compareTo(LEAST_MICROS) < 0
        && millis.stripTrailingZeros().scale() <= 0;
  }

  /**
   * Reads a time that is not valid in an event as it is.
   *
   * @param zone of a time without an offset; empty if such a time is not understood
   * @param notes gets what was inferred
   * @return RFC 3339 text; empty if the value is not understood as a time
   */
  static Optional<String> read(JsonTree.Scalar value, Optional<ZoneId> zone, Inferences notes) {
    if (value.to() - value.from() > MAX_LENGTH) {
      return Optional.empty();
    }
    return switch (value.token()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(value.content(), notes);
      case VALUE_STRING -> {
        String text = value.content().strip();
        yield NUMBER_AS_TEXT.matcher(text).matches()
            ? number(text, notes)
            : text(text, zone, notes);
      }
      default -> Optional.empty();
    };
  }

  private static Optional<String> number(String text, Inferences notes) {
    if (!NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(text);
    if (number.compareTo(LEAST_SECONDS) < 0 || number.compareTo(TOO_LARGE) >= 0) {
      return Optional.empty();
    }
    if (number.compareTo(LEAST_MILLIS) < 0) {
      return epoch(number, 0, "epoch seconds", notes);
    }
    if (number.compareTo(LEAST_MICROS) < 0) {
      return epoch(number, 3, "epoch milliseconds", notes);
    }
    return number.compareTo(LEAST_NANOS) < 0
        ? epoch(number, 6, "epoch microseconds", notes)
        : epoch(number, 9, "epoch nanoseconds", notes);
  }

  private static Optional<String> epoch(
      BigDecimal number, int decimals, String unit, Inferences notes) {
    BigDecimal seconds = number.movePointLeft(decimals);
    long whole = seconds.longValue();
    int nanos =
        seconds
            .subtract(BigDecimal.valueOf(whole))
            .movePointRight(9)
            .setScale(0, RoundingMode.DOWN)
            .intValue();
    notes.add("timestamp", unit);
    return Optional.of(Instant.ofEpochSecond(whole, nanos).toString());
  }

  private static Optional<String> text(String text, Optional<ZoneId> zone, Inferences notes) {
    Matcher found = TEXT.matcher(text);
    if (!found.matches()) {
      return Optional.empty();
    }
    String fraction = found.group(3) == null ? "" : "." + found.group(3);
    String local = found.group(1) + 'T' + found.group(2) + fraction;
    String offset = found.group(4);
    if (offset == null) {
      return zone.flatMap(where -> local(local, where, notes));
    }
    String written = local + offset(offset);
    if (Timestamp.parse(written) == Timestamp.INVALID) {
      return Optional.empty();
    }
    notes.add("timestamp", "ISO 8601 text");
    return Optional.of(written);
  }

  /** An hour that occurs twice is the first one; an hour that is skipped is an hour later. */
  private static Optional<String> local(String text, ZoneId zone, Inferences notes) {
    try {
      ZonedDateTime time = LocalDateTime.parse(text).atZone(zone);
      boolean hasMinutes = time.getOffset().getTotalSeconds() % 60 == 0;
      notes.add("timestamp", "in zone " + zone.getId());
      return Optional.of(
          hasMinutes
              ? DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time)
              : time.toInstant().toString());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String offset(String text) {
    return switch (text.length()) {
      case 1 -> "Z";
      case 3 -> Character.isLetter(text.charAt(0)) ? "Z" : text + ":00";
      case 5 -> text.substring(0, 3) + ':' + text.substring(3);
      default -> text;
    };
  }
}
