package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamePatternTest {

  @ParameterizedTest
  @CsvSource({
    "password, password, true",
    "PassWord, password, true",
    "password, passwords, false",
    "password, mypassword, false",
    "*token, token, true",
    "*token, usertoken, true",
    "*token, tokens, false",
    "secret*, secretkey, true",
    "secret*, secret, true",
    "secret*, mysecret, false",
    "*card*, creditcardnumber, true",
    "*card*, card, true",
    "*card*, car, false",
    "a.b, a.b, true",
    "a.b, axb, false"
  })
  void matches_asThePatternSays(String pattern, String name, boolean matches) {
    assertThat(NamePattern.parse(pattern).matches(name)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "*", "**", "a*b", "*a*b", "***"})
  void parse_refusesWhatIsNoPattern(String pattern) {
    assertThatIllegalArgumentException().isThrownBy(() -> NamePattern.parse(pattern));
  }
}
