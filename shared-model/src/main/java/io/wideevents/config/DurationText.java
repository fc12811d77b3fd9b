package io.wideevents.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations in the format of settings: {@code 500ms}, {@code 2s}, {@code 5m}, {@code 1h}, {@code
 * 30d}.
 */
final class DurationText {
  private static final Pattern FORM = Pattern.compile("(-?\\d{1,15})\\s*(ms|s|m|h|d)?");

  private DurationText() {}

  /**
   * Reads a duration and checks it against its limits.
   *
   * @param bareUnit the unit of a number without one, or empty if a unit is required
   */
  static Parsed<Duration> parse(String text, String bareUnit, Duration min, Duration max) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Parsed.invalid("is not a duration");
    }
    String unit = matcher.group(2) == null ? bareUnit : matcher.group(2);
    if (unit.isEmpty()) {
      return Parsed.invalid("has no unit (ms, s, m, h or d)");
    }
    Duration duration;
    try {
      duration = of(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException tooLong) {
      return Parsed.invalid("is more than " + format(max));
    }
    if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
      return Parsed.value(duration);
    }
    if (min.isPositive() && !duration.isPositive()) {
      return Parsed.invalid("is not positive");
    }
    return Parsed.invalid("is outside %s to %s".formatted(format(min), format(max)));
  }

  private static Duration of(long amount, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> throw new IllegalArgumentException("no such unit: " + unit);
    };
  }

  /** The shortest exact form, down to milliseconds. */
  static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0 || millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
