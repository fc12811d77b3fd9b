package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PreferencesTest {
  static Stream<Arguments> headers() {
    return Stream.of(
        applied(""),
        applied("", ""),
        applied("", "respond-async, wait=10"),
        applied("", "return"),
        applied("", "return=everything, handling=maybe"),
        applied("return=minimal", "return=minimal"),
        applied("return=representation", "RETURN=Representation"),
        applied("handling=strict", "handling = \"strict\""),
        applied("handling=lenient", "wait=1, handling=lenient; note=\"a,b;return=minimal\""),
        applied("handling=strict, return=minimal", "return=minimal", "handling=strict"),
        applied("handling=strict, return=minimal", "handling=strict,return=minimal"),
        applied("handling=lenient", "handling=lenient, handling=strict"),
        applied("return=minimal", "return=minimal", "return=representation"),
        applied("", "x=\"return=minimal,"),
        applied("", ",;\"\","));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("headers")
  void of_readsTheFirstKnownValueOfEachPreference(String applied, List<String> headers) {
    assertThat(Preferences.of(headers).applied()).isEqualTo(applied);
  }

  @Test
  void of_isNoneWithoutAKnownPreference() {
    assertThat(Preferences.of(List.of("respond-async"))).isEqualTo(Preferences.NONE);
  }

  private static Arguments applied(String applied, String... headers) {
    return Arguments.of(applied, List.of(headers));
  }
}
