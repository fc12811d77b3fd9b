package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.load.Window;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class StartBenchmarkTest {
  private static final List<Window> SECONDS =
      IntStream.of(10, 40, 90).mapToObj(StartBenchmarkTest::second).toList();

  @Test
  void firstSecond_isTheFirstWithTheRate() {
    assertThat(StartBenchmark.firstSecond(SECONDS, 10)).isEqualTo(1);
    assertThat(StartBenchmark.firstSecond(SECONDS, 41)).isEqualTo(3);
  }

  @Test
  void firstSecond_isUnknownWhenTheRateWasNotReached() {
    assertThat(StartBenchmark.firstSecond(SECONDS, 91)).isNaN();
  }

  @Test
  void halfWarmSecond_isFoundAfterTheFirstSeconds() {
    assertThat(
            StartBenchmark.halfWarmSecond(SECONDS, List.of(second(99), second(120)), second(220)))
        .isEqualTo(5);
    assertThat(StartBenchmark.halfWarmSecond(SECONDS, List.of(second(99)), second(220)))
        .isEqualTo(5);
  }

  private static Window second(int requests) {
    Histogram micros = new Histogram(3);
    micros.recordValueWithCount(1_000, requests);
    return new Window(micros, 0, Duration.ofSeconds(1));
  }
}
