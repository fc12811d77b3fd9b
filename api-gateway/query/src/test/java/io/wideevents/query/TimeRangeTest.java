package io.wideevents.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.time.Instant;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeRangeTest {
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  @Test
  void parse_withoutParameters_isTheLastHour() {
    TimeRange range = TimeRange.parse(null, null, NOW);

    assertThat(range).isEqualTo(new TimeRange(NOW.minus(Duration.ofHours(1)), NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "-30s, 2026-11-30T11:59:30Z",
    "-15m, 2026-11-30T11:45:00Z",
    "-2h, 2026-11-30T10:00:00Z",
    "-7d, 2026-11-23T12:00:00Z",
    "2026-11-30T11:00:00Z, 2026-11-30T11:00:00Z",
    "2026-11-30T11:00:00.123456Z, 2026-11-30T11:00:00.123Z",
    "2026-11-30T11:00:00.123+02:00, 2026-11-30T09:00:00.123Z",
    "1796000000000, 2026-11-30T00:53:20Z"
  })
  void parse_readsEachForm(String from, Instant expected) {
    assertThat(TimeRange.parse(from, "now", NOW).from()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "1h",
        "-1w",
        "-h",
        "--1h",
        "-9999999999h",
        "2026-11-30",
        "12345678901234567",
        "-1d ",
        "+1000000000-12-31T23:59:59Z",
        "{\"$gt\":1}"
      })
  void parse_rejectsOtherText(String from) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> TimeRange.parse(from, null, NOW))
        .satisfies(problem -> assertThat(problem.code()).isEqualTo("range_invalid"));
  }

  @ParameterizedTest
  @CsvSource({"now, now", "now, -1h", "-401d, now", "0, now"})
  void parse_rejectsEmptyAndHugeRanges(String from, String to) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> TimeRange.parse(from, to, NOW))
        .satisfies(problem -> assertThat(problem.status()).isEqualTo(400));
  }

  @Test
  void condition_includesFromAndExcludesTo() {
    BsonDocument condition = TimeRange.parse("-1h", "now", NOW).condition();

    assertThat(condition)
        .isEqualTo(
            BsonDocument.parse(
                "{timestamp: {$gte: {$date: '2026-11-30T11:00:00Z'},"
                    + " $lt: {$date: '2026-11-30T12:00:00Z'}, $not: {$type: 'array'}}}"));
  }
}
