package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.benchmark.Comparison.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @Test
  void ratio_isTheMedianOfTheRatiosAndNotTheRatioOfTheMedians() {
    Comparison comparison =
        new Comparison("x", List.of(new Pair(10, 10, 0), new Pair(40, 20, 0), new Pair(90, 30, 0)));

    assertThat(comparison.ratio()).isEqualTo(new Quartiles(1.5, 2, 2.5));
    assertThat(comparison.ours().median()).isEqualTo(40);
    assertThat(comparison.reference().median()).isEqualTo(20);
  }

  @Test
  void ratio_leavesDisturbedRoundsOut() {
    Comparison comparison =
        new Comparison(
            "x", List.of(new Pair(10, 10, 0.05), new Pair(90, 10, 0.11), new Pair(12, 10, 0.1)));

    assertThat(comparison.disturbed()).isEqualTo(1);
    assertThat(comparison.ratio().median()).isEqualTo(1.1);
    assertThat(comparison.ours().median()).isEqualTo(11);
  }

  @Test
  void ratio_countsAllRoundsWhenAllAreDisturbed() {
    Comparison comparison =
        new Comparison("x", List.of(new Pair(10, 10, 0.5), new Pair(30, 10, 0.5)));

    assertThat(comparison.disturbed()).isEqualTo(2);
    assertThat(comparison.ratio().median()).isEqualTo(2);
  }

  @Test
  void isDisturbed_isFalseWhenTheSystemDoesNotReport() {
    assertThat(new Pair(1, 1, Double.NaN).isDisturbed()).isFalse();
  }

  @Test
  void rounds_takeTheHigherShareOfOtherWork() {
    record Measured(double value, double otherWork) {}
    Rounds<Measured> rounds = new Rounds<>(Measured::otherWork);
    rounds.add(new Measured(3, 0.01), new Measured(2, 0.2));

    Comparison comparison = rounds.compare("x", Measured::value);

    assertThat(comparison.pairs()).containsExactly(new Pair(3, 2, 0.2));
  }
}
