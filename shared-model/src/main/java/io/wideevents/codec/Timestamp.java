package io.wideevents.codec;

import java.time.LocalDate;
import java.time.Month;
import java.time.Year;

/**
 * RFC 3339 timestamps, as milliseconds since the epoch. Does not use a {@code DateTimeFormatter},
 * which takes nearly as long as all other additions to an event's text.
 */
final class Timestamp {
  /** The result of {@link #parse} for text that is no timestamp. */
  static final long INVALID = Long.MIN_VALUE;

  private static final int DATE_AND_TIME_LENGTH = "2026-11-22T10:00:00".length();

  /** Longer than any clock's resolution needs; a longer text is not a timestamp. */
  private static final int MAX_LENGTH = 64;

  private static final int OFFSET_LENGTH = "+09:00".length();
  private static final int MILLIS_PER_DAY = 86_400_000;

  private Timestamp() {}

  /**
   * Reads {@code 2026-11-22T10:00:00.123+09:00}: date and time separated by {@code T} or a space,
   * any number of fraction digits (rounded down to milliseconds), then an offset or {@code Z}; at
   * most 64 characters.
   *
   * @return milliseconds since the epoch, or {@link #INVALID}
   */
  static long parse(String text) {
    if (text.length() <= DATE_AND_TIME_LENGTH
        || text.length() > MAX_LENGTH
        || !hasSeparators(text)) {
      return INVALID;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    if ((year | month | day | hour | minute | second) < 0
        || month < 1
        || month > 12
        || day < 1
        || day > Month.of(month).length(Year.isLeap(year))
        || hour > 23
        || minute > 59
        // A leap second, 60, has no BSON date.
        || second > 59) {
      return INVALID;
    }
    int fractionEnd = fractionEnd(text);
    if (fractionEnd < 0 || !isOffset(text, fractionEnd)) {
      return INVALID;
    }
    long epochMinutes =
        LocalDate.of(year, month, day).toEpochDay() * 1440
            + hour * 60L
            + minute
            - offsetMinutes(text, fractionEnd);
    return (epochMinutes * 60 + second) * 1000 + fractionMillis(text, fractionEnd);
  }

  /**
   * Whether a valid timestamp contains more than its milliseconds in UTC: another offset than zero,
   * or a finer fraction.
   */
  static boolean saysMoreThanMillis(String text) {
    int fractionEnd = fractionEnd(text);
    for (int i = DATE_AND_TIME_LENGTH + 4; i < fractionEnd; i++) {
      if (text.charAt(i) != '0') {
        return true;
      }
    }
    return text.charAt(fractionEnd) == '-' || offsetMinutes(text, fractionEnd) != 0;
  }

  /**
   * Writes {@code 2026-11-22T10:00:00.123Z}, always with three digits of fraction. Years outside 0
   * to 9999, which only documents of other writers contain, are longer or negative.
   */
  static String format(long epochMillis) {
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(epochMillis, MILLIS_PER_DAY));
    int ofDay = Math.floorMod(epochMillis, MILLIS_PER_DAY);
    StringBuilder text = new StringBuilder(24);
    append(text, date.getYear(), 4).append('-');
    append(text, date.getMonthValue(), 2).append('-');
    append(text, date.getDayOfMonth(), 2).append('T');
    append(text, ofDay / 3_600_000, 2).append(':');
    append(text, ofDay / 60_000 % 60, 2).append(':');
    append(text, ofDay / 1000 % 60, 2).append('.');
    return append(text, ofDay % 1000, 3).append('Z').toString();
  }

  private static StringBuilder append(StringBuilder text, int number, int digits) {
    String shown = Integer.toString(Math.abs(number));
    text.append(number < 0 ? "-" : "");
    for (int i = shown.length(); i < digits; i++) {
      text.append('0');
    }
    return text.append(shown);
  }

  private static boolean hasSeparators(String text) {
    char beforeTime = text.charAt(10);
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        // RFC 3339, section 5.6 allows lower case, and a space for readability.
        && (beforeTime == 'T' || beforeTime == 't' || beforeTime == ' ')
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  /** The end of the fraction, or of the seconds if there is none; -1 for a point without digits. */
  private static int fractionEnd(String text) {
    if (text.charAt(DATE_AND_TIME_LENGTH) != '.') {
      return DATE_AND_TIME_LENGTH;
    }
    int end = DATE_AND_TIME_LENGTH + 1;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end == DATE_AND_TIME_LENGTH + 1 ? -1 : end;
  }

  private static int fractionMillis(String text, int fractionEnd) {
    int millis = 0;
    for (int i = DATE_AND_TIME_LENGTH + 1; i < DATE_AND_TIME_LENGTH + 4; i++) {
      millis = millis * 10 + (i < fractionEnd ? text.charAt(i) - '0' : 0);
    }
    return millis;
  }

  private static boolean isOffset(String text, int start) {
    int length = text.length() - start;
    if (length == 1) {
      return isZulu(text.charAt(start));
    }
    if (length != OFFSET_LENGTH || text.charAt(start + 3) != ':') {
      return false;
    }
    char sign = text.charAt(start);
    int hours = number(text, start + 1, start + 3);
    int minutes = number(text, start + 4, start + 6);
    return (sign == '+' || sign == '-') && (hours | minutes) >= 0 && hours <= 23 && minutes <= 59;
  }

  private static int offsetMinutes(String text, int start) {
    if (isZulu(text.charAt(start))) {
      return 0;
    }
    int minutes = number(text, start + 1, start + 3) * 60 + number(text, start + 4, start + 6);
    return text.charAt(start) == '-' ? -minutes : minutes;
  }

  private static boolean isZulu(char c) {
    return c == 'Z' || c == 'z';
  }

  /** The decimal number in a part of the text; -1 if it contains anything but digits. */
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!isDigit(c)) {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
