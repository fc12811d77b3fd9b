package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OtherWorkTest {
  @Test
  void busySeconds_addsUserNiceSystemAndSteal() {
    String statistics =
        """
        cpu  100 20 300 9999 9999 9999 9999 4000 9999 9999
        cpu0 1 1 1 1 1 1 1 1 1 1
        """;

    assertThat(OtherWork.busySeconds(statistics)).isCloseTo(44.2, within(1e-9));
  }

  @Test
  void busySeconds_isUnknownInAnotherFormat() {
    assertThat(OtherWork.busySeconds("cpu 1 2 3")).isNaN();
    assertThat(OtherWork.busySeconds("")).isNaN();
  }

  @Test
  void share_isTheBusyTimeOfOthersInAllProcessors() {
    assertThat(OtherWork.share(8, 5, 20)).isCloseTo(0.15, within(1e-9));
  }

  // The system counts ticks, and a process its own time.
  @Test
  void share_isNotNegative() {
    assertThat(OtherWork.share(5, 5.2, 20)).isZero();
  }

  @Test
  void share_isUnknownWithoutStatistics() {
    assertThat(OtherWork.share(Double.NaN, 1, 20)).isNaN();
  }
}
