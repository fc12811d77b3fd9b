package io.wideevents.query.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DifferenceTest {

  @Test
  void of_isTheEndOfNewcombesInterval() {
    // Given: 50 of 100 against 10 of 100, z = 4. By hand:
    // lower Wilson bound of 0.5: (0.5 + 0.08 - 4 * sqrt(0.0025 + 0.0004)) / 1.16 = 0.314305
    // upper Wilson bound of 0.1: (0.1 + 0.08 + 4 * sqrt(0.0009 + 0.0004)) / 1.16 = 0.279503
    // 0.4 - sqrt(0.185695^2 + 0.179503^2) = 0.141729
    Difference difference = Difference.of(0.5, 100, 0.1, 100);

    assertThat(difference.score()).isCloseTo(0.141729, within(1e-5));
  }

  @Test
  void of_isTheSameForTheComplement() {
    assertThat(Difference.of(0.9, 40, 0.3, 500).score())
        .isCloseTo(Difference.of(0.1, 40, 0.7, 500).score(), within(1e-12));
  }

  @Test
  void of_isZeroForDifferencesThatCanBeChance() {
    assertThat(Difference.of(0.2, 5, 0.0, 5_000).score()).isLessThan(0.02);
    assertThat(Difference.of(0.55, 100, 0.5, 5_000).score()).isZero();
    assertThat(Difference.of(1, 0, 0, 100).score()).isZero();
  }

  @Test
  void of_growsWithTheNumberOfEvents() {
    assertThat(Difference.of(1, 10, 0.1, 5_000).score()).isBetween(0.2, 0.4);
    assertThat(Difference.of(1, 1_000, 0.1, 5_000).score()).isGreaterThan(0.85);
  }
}
