package io.wideevents.query.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalsTest {
  private static final Instant NOW = Instant.parse("2026-11-30T12:34:56.789Z");

  @ParameterizedTest
  @CsvSource({
    "-30s, PT1S",
    "-1m, PT1S",
    "-5m, PT5S",
    "-15m, PT15S",
    "-1h, PT1M",
    "-6h, PT5M",
    "-24h, PT15M",
    "-3d, PT1H",
    "-7d, PT6H",
    "-60d, PT24H",
    "-400d, PT168H"
  })
  void auto_takesTheStepWithAboutSixtyIntervals(String from, String step) {
    Intervals intervals = Intervals.auto(TimeRange.parse(from, null, NOW));

    assertThat(intervals.step()).hasToString(step);
    assertThat(intervals.count()).isBetween(12, 160);
  }

  @Test
  void parse_alignsInUtcAndCoversTheRange() {
    Intervals intervals = Intervals.parse(TimeRange.parse("-24h", null, NOW), "6h");

    assertThat(intervals.at(0)).isEqualTo("2026-11-29T12:00:00Z");
    assertThat(intervals.count()).isEqualTo(5);
  }

  @Test
  void parse_beginsWeeksOnMonday() {
    assertThat(Intervals.parse(TimeRange.parse("-1d", null, NOW), "7d").at(0))
        .isEqualTo("2026-11-23T00:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({"1s", "1x", "0m", "-1m", "1", "10y", "1000000s", "''"})
  void parse_rejectsTooManyIntervalsAndOtherForms(String step) {
    assertThatThrownBy(() -> Intervals.parse(TimeRange.parse("-1h", null, NOW), step))
        .isInstanceOfSatisfying(
            QueryException.class, problem -> assertThat(problem.code()).isEqualTo("body_invalid"));
  }
}
