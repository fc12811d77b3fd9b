package io.wideevents.query;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * The events of a query: those with a timestamp from {@code from} (included) to {@code to}
 * (excluded). Immutable.
 */
public record TimeRange(Instant from, Instant to) {
  /** The longest range of a query. */
  public static final Duration MAX_LENGTH = Duration.ofDays(400);

  private static final String DEFAULT_FROM = "-1h";
  private static final String NOW = "now";
  private static final String HOW =
      "Write for example -15m, -1h, -7d, now, 2026-11-30T10:00:00Z or milliseconds since 1970";
  private static final Pattern RELATIVE = Pattern.compile("-(\\d{1,9})([smhd])");
  private static final Pattern MILLIS = Pattern.compile("\\d{1,15}");
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  /**
   * @throws QueryException if {@code from} is not before {@code to}, or more than 400 days before
   */
  public TimeRange {
    if (!from.isBefore(to)) {
      throw QueryException.rangeInvalid(
          "from (%s) is not before to (%s)".formatted(from, to), "Choose an earlier from");
    }
    if (Duration.between(from, to).compareTo(MAX_LENGTH) > 0) {
      throw QueryException.rangeInvalid(
          "The range is longer than %d days".formatted(MAX_LENGTH.toDays()),
          "Choose a shorter range, or ask for its parts one after the other");
    }
  }

  /**
   * Reads the two parameters.
   *
   * @param from null for one hour ago
   * @param to null for now
   * @throws QueryException {@code range_invalid} if a text is not a time, or if the range is not
   *     allowed
   */
  public static TimeRange parse(@Nullable String from, @Nullable String to, Instant now) {
    return new TimeRange(
        instant("from", from == null ? DEFAULT_FROM : from, now),
        instant("to", to == null ? NOW : to, now));
  }

  /** Matches the events of the range. */
  public BsonDocument condition() {
    return condition(from.toEpochMilli(), to.toEpochMilli());
  }

  /**
   * Matches the events from a time up to another one, which is not included. Only a time matches:
   * without the second condition, an array of times would match as well, which another writer can
   * have stored.
   */
  public static BsonDocument condition(long fromMillis, long toMillis) {
    return new BsonDocument(
        "timestamp",
        new BsonDocument("$gte", new BsonDateTime(fromMillis))
            .append("$lt", new BsonDateTime(toMillis))
            .append("$not", new BsonDocument("$type", new BsonString("array"))));
  }

  private static Instant instant(String name, String text, Instant now) {
    Instant read = read(text, now);
    if (read == null) {
      throw QueryException.rangeInvalid(name + " is not a time", HOW);
    }
    if (read.isBefore(FIRST) || read.isAfter(LAST)) {
      throw QueryException.rangeInvalid(name + " is outside the years 1970 to 9999", HOW);
    }
    // The unit of stored timestamps.
    return read.truncatedTo(ChronoUnit.MILLIS);
  }

  private static @Nullable Instant read(String text, Instant now) {
    if (text.equals(NOW)) {
      return now;
    }
    Matcher relative = RELATIVE.matcher(text);
    if (relative.matches()) {
      return now.minus(length(Long.parseLong(relative.group(1)), relative.group(2)));
    }
    if (MILLIS.matcher(text).matches()) {
      return Instant.ofEpochMilli(Long.parseLong(text));
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Duration length(long number, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
