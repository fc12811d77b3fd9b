package io.wideevents.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTest {

  @ParameterizedTest
  @CsvSource({
    "true, 5000, FAILED",
    "true, NaN, FAILED",
    "false, 1000.001, WARNING",
    "false, Infinity, WARNING",
    "false, 1000, SUCCESS",
    "false, 0, SUCCESS",
    "false, NaN, EDGE_CASE"
  })
  void of_takesTheFirstThatMatches(boolean errorPresent, double millis, Outcome outcome) {
    assertThat(Outcome.of(errorPresent, millis)).isEqualTo(outcome);
  }
}
