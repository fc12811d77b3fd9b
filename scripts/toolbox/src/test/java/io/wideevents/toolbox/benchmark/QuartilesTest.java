package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class QuartilesTest {
  @Test
  void of_sortsAndTakesTheMiddle() {
    assertThat(Quartiles.of(DoubleStream.of(9, 1, 5, 3, 7))).isEqualTo(new Quartiles(3, 5, 7));
  }

  @Test
  void of_interpolatesBetweenTwoValues() {
    assertThat(Quartiles.of(DoubleStream.of(1, 2, 3, 4))).isEqualTo(new Quartiles(1.75, 2.5, 3.25));
  }

  @Test
  void of_oneValueIsAllQuartiles() {
    assertThat(Quartiles.of(DoubleStream.of(4))).isEqualTo(new Quartiles(4, 4, 4));
  }

  @Test
  void of_isUnknownWithoutValues() {
    assertThat(Quartiles.of(DoubleStream.empty()).median()).isNaN();
  }
}
