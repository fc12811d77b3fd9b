package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Reads the event's {@code timestamp} in either of its forms, and checks it against the accepted
 * period. Not safe for concurrent use.
 */
final class TimestampField {
  /**
   * The least epoch number that is taken as milliseconds: 3 March 1973. The seconds of a recent day
   * are a smaller number.
   */
  private static final long LEAST_MILLIS = 100_000_000_000L;

  /** The last millisecond of the year 9999, where RFC 3339 ends. */
  private static final long GREATEST_MILLIS = 253_402_300_799_999L;

  private final EventRules rules;
  private final EventTokens tokens;
  private final EventProblems problems;
  private final NumberReader numbers;
  private long millis;
  private @Nullable String text;

  TimestampField(
      EventRules rules, EventTokens tokens, EventProblems problems, NumberReader numbers) {
    this.rules = rules;
    this.tokens = tokens;
    this.problems = problems;
    this.numbers = numbers;
  }

  /** Milliseconds since the epoch; 0 until one was read. */
  long millis() {
    return millis;
  }

  /** The timestamp's text if it contains more than its milliseconds in UTC; else null. */
  @Nullable String text() {
    return text;
  }

  /** Reads the value at the current token, a text or a whole number. */
  void read() {
    if (tokens.current() == JsonToken.VALUE_STRING) {
      readText(tokens.text());
    } else {
      readNumber();
    }
  }

  private void readText(String rfc3339) {
    long read = Timestamp.parse(rfc3339);
    if (read == Timestamp.INVALID) {
      problems.addHere(
          ProblemCode.TIMESTAMP_INVALID,
          "timestamp is not RFC 3339 text with an offset",
          "Send for example 2026-11-22T10:00:00.123Z or 2026-11-22T19:00:00.123+09:00");
      return;
    }
    if (Timestamp.saysMoreThanMillis(rfc3339)) {
      text = rfc3339;
    }
    take(read);
  }

  private void readNumber() {
    NumberReader.Type type = tokens.number(numbers);
    // A double is whole, or it would have been rejected for its type.
    boolean isLong = type != NumberReader.Type.DECIMAL128 && type != NumberReader.Type.OUT_OF_RANGE;
    long read = isLong ? numbers.asLong() : 0;
    if (!isLong || read < 0 || read > GREATEST_MILLIS) {
      problems.addHere(
          ProblemCode.TIMESTAMP_INVALID,
          "timestamp is not a number of milliseconds between 1970 and the year 9999",
          "Send epoch milliseconds; divide microseconds by 1000, nanoseconds by 1000000");
    } else if (read < LEAST_MILLIS) {
      problems.addHere(
          ProblemCode.TIMESTAMP_IN_SECONDS,
          "timestamp looks like seconds; milliseconds are expected",
          "Multiply it by 1000");
    } else {
      take(read);
    }
  }

  private void take(long read) {
    millis = read;
    if (read < rules.oldestMillis()) {
      problems.addHere(
          ProblemCode.TIMESTAMP_EXPIRED,
          "timestamp is before %s, so the event is past its retention"
              .formatted(Timestamp.format(rules.oldestMillis())),
          "Send events sooner, or raise EVENT_RETENTION; MongoDB would delete this event at once");
    } else if (read > rules.newestMillis()) {
      problems.addHere(
          ProblemCode.TIMESTAMP_IN_FUTURE,
          "timestamp is after %s, which is too far ahead of the clock"
              .formatted(Timestamp.format(rules.newestMillis())),
          "Check the sender's clock and time zone, and that the number is milliseconds");
    }
  }
}
