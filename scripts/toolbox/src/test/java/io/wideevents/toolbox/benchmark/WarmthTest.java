package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class WarmthTest {
  @Test
  void isWarm_whenTheTimeHasNotFallenTwice() {
    assertThat(isWarm(100, 60, 50, 49, 51)).isTrue();
  }

  @Test
  void isWarm_notWhileTheTimeFalls() {
    assertThat(isWarm(100)).isFalse();
    assertThat(isWarm(100, 60, 50)).isFalse();
    assertThat(isWarm(100, 60, 62, 50)).isFalse();
    assertThat(isWarm(100, 60, 62, 50, 51)).isFalse();
  }

  @Test
  void isWarm_notWhenSmallFallsAddUp() {
    assertThat(isWarm(100, 98, 96, 94)).isFalse();
  }

  @Test
  void isWarm_whenTheTimeIsNotKnown() {
    assertThat(isWarm(Double.NaN, Double.NaN)).isTrue();
  }

  private static boolean isWarm(double... cpuMicros) {
    Warmth warmth = new Warmth();
    DoubleStream.of(cpuMicros).forEach(warmth::add);
    return warmth.isWarm();
  }
}
