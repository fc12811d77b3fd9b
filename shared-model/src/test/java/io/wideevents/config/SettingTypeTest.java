package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTypeTest {
  private static final SettingType<Duration> DURATION =
      SettingType.duration(Duration.ofMillis(10), Duration.ofDays(30));
  private static final SettingType<Long> BYTES = SettingType.bytes(1024, 8L << 30);

  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "2s, PT2S",
    "5m, PT5M",
    "1h, PT1H",
    "30d, PT720H",
    "2 s, PT2S",
    "10ms, PT0.01S"
  })
  void duration_takesUnits(String text, Duration expected) {
    assertThat(DURATION.parse(text)).isEqualTo(Parsed.value(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "-1s, is not positive",
    "0ms, is not positive",
    "9ms, is outside 10ms to 30d",
    "31d, is outside 10ms to 30d",
    "999999999999999d, is more than 30d",
    "5, 'has no unit (ms, s, m, h or d)'",
    "5w, is not a duration",
    "1.5s, is not a duration",
    "soon, is not a duration"
  })
  void duration_saysWhatIsWrong(String text, String problem) {
    assertThat(DURATION.parse(text)).isEqualTo(Parsed.invalid(problem));
  }

  @Test
  void millis_takesPlainNumberAndUnits() {
    SettingType<Duration> millis = SettingType.millis(Duration.ZERO, Duration.ofMinutes(1));

    assertThat(millis.parse("1000")).isEqualTo(Parsed.value(Duration.ofSeconds(1)));
    assertThat(millis.parse("2s")).isEqualTo(Parsed.value(Duration.ofSeconds(2)));
    assertThat(millis.parse("0")).isEqualTo(Parsed.value(Duration.ZERO));
    assertThat(millis.parse("-1")).isEqualTo(Parsed.invalid("is outside 0ms to 1m"));
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 1024",
    "1024B, 1024",
    "64KiB, 65536",
    "64k, 65536",
    "8MiB, 8388608",
    "8mb, 8388608",
    "1 GiB, 1073741824"
  })
  void bytes_takesUnits(String text, long expected) {
    assertThat(BYTES.parse(text)).isEqualTo(Parsed.value(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "1023, is outside 1KiB to 8GiB",
    "-1MiB, is outside 1KiB to 8GiB",
    "9GiB, is outside 1KiB to 8GiB",
    "99999999999TiB, is more than 8GiB",
    "1.5MiB, is not a size in bytes",
    "big, is not a size in bytes"
  })
  void bytes_saysWhatIsWrong(String text, String problem) {
    assertThat(BYTES.parse(text)).isEqualTo(Parsed.invalid(problem));
  }

  @Test
  void smallBytes_isAnInt() {
    SettingType<Integer> type = SettingType.smallBytes(1, 1 << 20);

    assertThat(type.parse("1MiB")).isEqualTo(Parsed.value(1 << 20));
    assertThat(type.parse("1GiB")).isEqualTo(Parsed.invalid("is outside 1B to 1MiB"));
  }

  @ParameterizedTest
  @CsvSource({"true, true", "TRUE, true", "False, false"})
  void bool_takesTrueAndFalse(String text, boolean expected) {
    assertThat(SettingType.bool().parse(text)).isEqualTo(Parsed.value(expected));
  }

  @ParameterizedTest
  @CsvSource({"yes", "1", "on", "tru"})
  void bool_refusesWhatMerelyLooksLikeIt(String text) {
    assertThat(SettingType.bool().parse(text))
        .isEqualTo(Parsed.invalid("is neither true nor false"));
  }

  @Test
  void integer_isBounded() {
    SettingType<Integer> type = SettingType.integer(-1, 65_535);

    assertThat(type.parse("-1")).isEqualTo(Parsed.value(-1));
    assertThat(type.parse("65535")).isEqualTo(Parsed.value(65_535));
    assertThat(type.parse("-2")).isEqualTo(Parsed.invalid("is outside -1 to 65535"));
    assertThat(type.parse("99999999999"))
        .isEqualTo(Parsed.invalid("is not a whole number from -1 to 65535"));
  }

  @Test
  void choice_takesNamesInAnyCase() {
    SettingType<LogLevel> type = SettingType.choice(LogLevel.class);

    assertThat(type.parse("warn")).isEqualTo(Parsed.value(LogLevel.WARN));
    assertThat(type.parse("WARN")).isEqualTo(Parsed.value(LogLevel.WARN));
    assertThat(type.parse("loud"))
        .isEqualTo(Parsed.invalid("is not one of trace|debug|info|warn|error"));
    assertThat(type.label()).isEqualTo("trace|debug|info|warn|error");
  }

  @Test
  void hostPorts_takesSeveral() {
    Parsed<HostPorts> parsed = SettingType.hostPorts().parse("kafka-1:9092, [::1]:9093,10.0.0.1:1");

    assertThat(parsed)
        .isEqualTo(
            Parsed.value(
                new HostPorts(
                    List.of(
                        new HostPort("kafka-1", 9092),
                        new HostPort("::1", 9093),
                        new HostPort("10.0.0.1", 1)))));
    assertThat(parsed).asString().contains("kafka-1:9092,[::1]:9093,10.0.0.1:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost | is not host:port",
        "localhost: | is not host:port",
        "localhost:0 | has a port outside 1 to 65535",
        "localhost:70000 | has a port outside 1 to 65535",
        "PLAINTEXT://localhost:9092 | has a scheme, which is not wanted here",
        "a:1,,b:2 | is not host:port"
      })
  void hostPorts_saysWhatIsWrong(String text, String problem) {
    assertThat(SettingType.hostPorts().parse(text)).isEqualTo(Parsed.invalid(problem));
  }

  @Test
  void names_areSeparatedByCommas() {
    assertThat(SettingType.names().parse("a, *token"))
        .isEqualTo(Parsed.value(List.of("a", "*token")));
    assertThat(SettingType.names().parse("none")).isEqualTo(Parsed.value(List.of()));
    assertThat(SettingType.names().parse("a,,b"))
        .isEqualTo(Parsed.invalid("has an empty name in it"));
  }

  @Test
  void path_isNotLookedAt() {
    assertThat(SettingType.path().parse("/no/such")).isEqualTo(Parsed.value(Path.of("/no/such")));
    assertThat(SettingType.path().parse("a\0b")).isEqualTo(Parsed.invalid("is not a path"));
  }

  @Test
  void setting_refusesWrongDefault() {
    SettingsReader.Declaration<Boolean> wrong =
        new SettingsReader(Map.of(), Map.of())
            .read("MQ_ENABLED", SettingType.bool())
            .byDefault("yes");

    assertThatThrownBy(() -> wrong.means("Whether Kafka is used."))
        .hasMessage("The example of MQ_ENABLED, yes, is neither true nor false");
  }
}
