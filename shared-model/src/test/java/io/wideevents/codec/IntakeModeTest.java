package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntakeModeTest {
  @Test
  void parse_readsEveryOption() {
    LenientRules rules =
        IntakeMode.parse(
                "lenient; nest;last-wins;zone=Europe/Berlin;events=/a/b~1c;service=web"
                    + ";route=GET /x=1;service-field=app.name;route-field=url")
            .lenient()
            .orElseThrow();

    assertThat(rules.nestsDottedNames()).isTrue();
    assertThat(rules.lastNameWins()).isTrue();
    assertThat(rules.zone()).hasValue(ZoneId.of("Europe/Berlin"));
    assertThat(rules.eventsAt()).isEqualTo(List.of("a", "b/c"));
    assertThat(rules.service().text()).hasValue("web");
    assertThat(rules.service().field()).hasValue("app.name");
    assertThat(rules.route().text()).hasValue("GET /x=1");
    assertThat(rules.route().field()).hasValue("url");
  }

  @Test
  void parse_infersNothingWhenStrict() {
    assertThat(IntakeMode.parse("strict").lenient()).isEmpty();
    assertThat(IntakeMode.parse("lenient").lenient()).hasValue(LenientRules.PLAIN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | is neither strict nor lenient",
        "loose | is neither strict nor lenient",
        "strict;nest | is neither strict nor lenient",
        "lenient; | has an option other than nest, last-wins, zone=",
        "lenient;Nest | has an option other than",
        "lenient;nest=1 | has an option other than",
        "lenient;service= | has an option other than",
        "lenient;service | has an option other than",
        "lenient;zone=Mars/Base | is no time zone such as Europe/Berlin",
        "lenient;events=logs | is no JSON pointer such as /logs",
        "lenient;events=/ | is no JSON pointer such as /logs"
      })
  void parse_rejectsWhatItDoesNotKnow(String text, String message) {
    assertThatThrownBy(() -> IntakeMode.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
