package io.wideevents.query.stats;

import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Equal parts of a time range. They are aligned in UTC: to the full minute, the full hour, the day,
 * and weeks to Monday. The first interval may begin before the range, and the last one may end
 * after it.
 *
 * @param startMillis start of the first interval, in milliseconds since the epoch
 * @param stepMillis length of an interval
 * @param count number of intervals, at most {@link #MAX_COUNT}
 */
record Intervals(long startMillis, long stepMillis, int count) {
  static final int MAX_COUNT = 400;

  /** Intervals that a chart shows well. */
  private static final double TARGET_COUNT = 60;

  /** A Monday, so that intervals of weeks begin on Mondays. */
  private static final long ORIGIN = Instant.parse("1970-01-05T00:00:00Z").toEpochMilli();

  private static final List<Duration> STEPS =
      Stream.of("PT1S", "PT5S", "PT15S", "PT1M", "PT5M", "PT15M", "PT1H", "PT6H", "P1D", "P7D")
          .map(Duration::parse)
          .toList();

  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

  /** The step, of 1 s to 7 days, with which the number of intervals is closest to 60. */
  static Intervals auto(TimeRange range) {
    return STEPS.stream()
        .map(step -> of(range, step.toMillis()))
        .filter(candidate -> candidate.count <= MAX_COUNT)
        .min(
            Comparator.comparingDouble(
                candidate -> Math.abs(Math.log(candidate.count / TARGET_COUNT))))
        .orElseThrow();
  }

  /**
   * @param step such as {@code 30s}, {@code 1m}, {@code 6h} or {@code 1d}
   * @throws QueryException {@code body_invalid} if the step has another form or makes too many
   *     intervals
   */
  static Intervals parse(TimeRange range, String step) {
    Matcher matcher = FORM.matcher(step);
    if (!matcher.matches()) {
      throw QueryException.bodyInvalid(
          "series is not an interval", "Write auto, none, or for example 30s, 1m, 6h, 1d");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration length =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
    Intervals intervals = of(range, length.toMillis());
    if (intervals.count > MAX_COUNT) {
      throw QueryException.bodyInvalid(
          "series divides the range into %d intervals, more than %d"
              .formatted(intervals.count, MAX_COUNT),
          "Choose a longer interval, a shorter range, or auto");
    }
    return intervals;
  }

  private static Intervals of(TimeRange range, long step) {
    long from = range.from().toEpochMilli();
    long start = from - Math.floorMod(from - ORIGIN, step);
    long length = range.to().toEpochMilli() - start;
    return new Intervals(start, step, Math.clamp(Math.ceilDiv(length, step), 1, Integer.MAX_VALUE));
  }

  Instant at(int index) {
    return Instant.ofEpochMilli(startMillis + index * stepMillis);
  }

  Duration step() {
    return Duration.ofMillis(stepMillis);
  }
}
