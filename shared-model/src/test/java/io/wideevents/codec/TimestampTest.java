package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {

  @ParameterizedTest
  @CsvSource({
    "2026-11-22T10:00:00Z, 2026-11-22T10:00:00Z, false",
    "2026-11-22t10:00:00z, 2026-11-22T10:00:00Z, false",
    "2026-11-22 10:00:00+00:00, 2026-11-22T10:00:00Z, false",
    "2026-11-22T10:00:00.1Z, 2026-11-22T10:00:00.100Z, false",
    "2026-11-22T10:00:00.123000Z, 2026-11-22T10:00:00.123Z, false",
    "2026-11-22T10:00:00.123999999999Z, 2026-11-22T10:00:00.123Z, true",
    "2026-11-22T10:00:00-00:00, 2026-11-22T10:00:00Z, true",
    "2026-11-22T19:00:00.5+09:00, 2026-11-22T10:00:00.500Z, true",
    "2026-11-22T00:30:00-05:45, 2026-11-22T06:15:00Z, true",
    "2024-02-29T23:59:59.999+23:59, 2024-02-29T00:00:59.999Z, true",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z, false",
    "1969-12-31T23:59:59.9999Z, 1969-12-31T23:59:59.999Z, true"
  })
  void parse_readsRfc3339(String text, String instant, boolean saysMore) {
    assertThat(Timestamp.parse(text)).isEqualTo(Instant.parse(instant).toEpochMilli());
    assertThat(Timestamp.saysMoreThanMillis(text)).isEqualTo(saysMore);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "2026-11-22T10:00Z",
        "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00,5Z",
        "2026-11-22T10:00:00+0900",
        "2026-11-22T10:00:00+09",
        "2026-11-22T10:00:00+24:00",
        "2026-11-22T10:00:00+09:60",
        "2026-11-22T10:00:00 09:00",
        "2026-11-22T10:00:00+0a:00",
        "2026-11-22T10:00:00+09:00 ",
        "2026-11-22T10:00:00ZZ",
        "2026-11-22T10:00:00X",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:00Z",
        "2026-11-22T10:00:60Z",
        "2026-13-22T10:00:00Z",
        "2026-00-22T10:00:00Z",
        "2026-11-00T10:00:00Z",
        "2026-11-31T10:00:00Z",
        "2026-02-29T10:00:00Z",
        "2100-02-29T10:00:00Z",
        "2026/11/22T10:00:00Z",
        "2026-11-22T10.00.00Z",
        "2026-11-22_10:00:00Z",
        "-026-11-22T10:00:00Z",
        "+2026-11-22T10:00:0Z",
        "２026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.000000000000000000000000000000000000000000000Z",
        "1795341600000",
        "17953416000000000000",
        "Sun, 22 Nov 2026 10:00:00 GMT"
      })
  void parse_refusesEverythingElse(String text) {
    assertThat(Timestamp.parse(text)).isEqualTo(Timestamp.INVALID);
  }

  @Test
  void parse_agreesWithJavaTime() {
    Random random = new Random(3339);
    for (int i = 0; i < 20_000; i++) {
      OffsetDateTime time =
          LocalDateTime.ofEpochSecond(
                  random.nextLong(-62_167_219_200L, 253_402_300_800L),
                  random.nextInt(1_000_000_000),
                  ZoneOffset.UTC)
              .atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(-1079, 1080) * 60));
      String text = time.toString();
      // java.time leaves out seconds that are zero, which RFC 3339 does not.
      if (text.length() > 16 && text.charAt(16) == ':') {
        assertThat(Timestamp.parse(text)).as(text).isEqualTo(time.toInstant().toEpochMilli());
      }
    }
  }

  @Test
  void format_alwaysHasThreeDigits() {
    assertThat(Timestamp.format(0)).isEqualTo("1970-01-01T00:00:00.000Z");
    assertThat(Timestamp.format(-1)).isEqualTo("1969-12-31T23:59:59.999Z");
    assertThat(Timestamp.format(1_795_341_600_120L)).isEqualTo("2026-11-22T10:00:00.120Z");
    assertThat(Timestamp.format(-62_167_219_200_001L)).isEqualTo("-0001-12-31T23:59:59.999Z");
    assertThat(Timestamp.format(253_402_300_800_000L)).isEqualTo("10000-01-01T00:00:00.000Z");
  }

  @Test
  void format_writesWhatParseReads() {
    Random random = new Random(8601);
    for (int i = 0; i < 20_000; i++) {
      long millis = random.nextLong(-62_167_219_200_000L, 253_402_300_800_000L);

      assertThat(Timestamp.parse(Timestamp.format(millis))).isEqualTo(millis);
    }
  }
}
