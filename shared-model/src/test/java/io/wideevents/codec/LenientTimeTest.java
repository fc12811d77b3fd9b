package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonToken;

class LenientTimeTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  static Stream<Arguments> times() {
    return Stream.of(
        Arguments.of("1795995102", "2026-11-29T23:31:42Z"),
        Arguments.of("1795995102.819", "2026-11-29T23:31:42.819Z"),
        Arguments.of("1.795995102819E9", "2026-11-29T23:31:42.819Z"),
        Arguments.of("1795995102.8191234567891", "2026-11-29T23:31:42.819123456Z"),
        Arguments.of("1795995102819.25", "2026-11-29T23:31:42.819250Z"),
        Arguments.of("1795995102819123", "2026-11-29T23:31:42.819123Z"),
        Arguments.of("1795995102819123456", "2026-11-29T23:31:42.819123456Z"),
        Arguments.of("\"1795995102\"", "2026-11-29T23:31:42Z"),
        Arguments.of("\"1795995102819\"", "2026-11-29T23:31:42.819Z"),
        Arguments.of("\"2026-11-30T10:11:42+0900\"", "2026-11-30T10:11:42+09:00"),
        Arguments.of("\"2026-11-30 10:11:42,819 -03\"", "2026-11-30T10:11:42.819-03:00"),
        Arguments.of("\"2026-11-30 10:11:42.5 UTC\"", "2026-11-30T10:11:42.5Z"),
        Arguments.of("\"2026-11-30 10:11:42,819\"", "2026-11-30T10:11:42.819+01:00"),
        // The hour that is skipped, and the hour that occurs twice.
        Arguments.of("\"2026-03-29T02:30:00\"", "2026-03-29T03:30:00+02:00"),
        Arguments.of("\"2026-10-25T02:30:00\"", "2026-10-25T02:30:00+02:00"));
  }

  @ParameterizedTest
  @MethodSource("times")
  void read_writesRfc3339(String json, String expected) {
    assertThat(read(json, Optional.of(BERLIN))).hasValue(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "12",
        "99999999",
        "-1795995102",
        "1e999999999",
        "1e99999999999999",
        "100000000000000000000",
        "1e20",
        "\"\"",
        "\"12\"",
        "\"now\"",
        "\"2026-13-30T10:11:42+0100\"",
        "\"2026-02-30T10:11:42\"",
        "\"2026-11-30T10:11\"",
        "\"2026-11-30T24:11:42+0000\"",
        "\"30/Nov/2026:10:11:42 +0000\"",
        "true",
        "null"
      })
  void read_understandsNoOtherValue(String json) {
    assertThat(read(json, Optional.of(BERLIN))).isEmpty();
  }

  @Test
  void read_needsAZoneForATimeWithoutOffset() {
    assertThat(read("\"2026-11-30 10:11:42\"", Optional.empty())).isEmpty();
  }

  @Test
  void read_findsTheUnitOfAnyEpochNumberSince1973() {
    Random random = new Random(4711);
    Instant first = Instant.parse("1973-03-04T00:00:00Z");
    Instant last = Instant.parse("2200-01-01T00:00:00Z");
    for (int i = 0; i < 2_000; i++) {
      long nanos = random.nextLong(ChronoUnit.SECONDS.between(first, last)) * 1_000_000_000L;
      Instant instant =
          first.plusSeconds(nanos / 1_000_000_000L).plusNanos(random.nextInt(1_000_000_000));
      int decimals = List.of(0, 3, 6, 9).get(i % 4);
      BigDecimal number =
          BigDecimal.valueOf(instant.getEpochSecond())
              .add(BigDecimal.valueOf(instant.getNano(), 9))
              .movePointRight(decimals);

      assertThat(read(number.toPlainString(), Optional.empty()).map(Instant::parse))
          .as(number.toPlainString())
          .hasValue(instant);
    }
  }

  @Test
  void read_keepsInstantAndOffsetOfAnyTextWithAnOffset() {
    Random random = new Random(4712);
    for (int i = 0; i < 2_000; i++) {
      ZoneOffset offset = ZoneOffset.ofTotalSeconds((random.nextInt(36 * 60) - 18 * 60) * 60);
      OffsetDateTime time = randomTime(random).atOffset(offset);
      String id = offset.getId().equals("Z") ? "+0000" : offset.getId().replace(":", "");
      String text = time.toLocalDateTime().truncatedTo(ChronoUnit.SECONDS) + ":00";
      text = text.substring(0, 19) + "," + "%03d".formatted(time.getNano() / 1_000_000) + id;

      Optional<String> read = read("\"" + text + "\"", Optional.empty());

      assertThat(read.map(OffsetDateTime::parse))
          .as(text)
          .hasValue(time.truncatedTo(ChronoUnit.MILLIS));
    }
  }

  @Test
  void read_takesATextWithoutOffsetInTheZone() {
    Random random = new Random(4713);
    List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
    for (int i = 0; i < 2_000; i++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      LocalDateTime local = randomTime(random).truncatedTo(ChronoUnit.MILLIS);
      String text = "%tF %<tT.%<tL".formatted(local);

      Optional<String> read = read("\"" + text + "\"", Optional.of(zone));

      assertThat(read.map(found -> OffsetDateTime.parse(found).toInstant()))
          .as("%s in %s", text, zone)
          .hasValue(local.atZone(zone).toInstant());
      assertThat(Timestamp.parse(read.orElseThrow())).isNotEqualTo(Timestamp.INVALID);
    }
  }

  private static LocalDateTime randomTime(Random random) {
    return LocalDateTime.of(1990, 1, 1, 0, 0)
        .plusSeconds(random.nextInt(60 * 365 * 86_400))
        .plusNanos(random.nextInt(1_000_000_000));
  }

  private static Optional<String> read(String json, Optional<ZoneId> zone) {
    byte[] bytes = utf8(json);
    JsonToken token =
        switch (json.charAt(0)) {
          case '"' -> JsonToken.VALUE_STRING;
          case 't' -> JsonToken.VALUE_TRUE;
          case 'n' -> JsonToken.VALUE_NULL;
          default ->
              json.matches("-?[0-9]+") ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_NUMBER_FLOAT;
        };
    return LenientTime.read(
        new JsonTree.Scalar(bytes, 0, bytes.length, token), zone, new Inferences());
  }
}
