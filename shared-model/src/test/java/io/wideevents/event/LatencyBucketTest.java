package io.wideevents.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyBucketTest {

  @ParameterizedTest
  @CsvSource({
    "0, <50",
    "49.999, <50",
    "50, 50-200",
    "199.999, 50-200",
    "200, 200-500",
    "499.999, 200-500",
    "500, 500-1000",
    "1000, 500-1000",
    "1000.001, >1000",
    "Infinity, >1000",
    "NaN, unknown"
  })
  void of_includesTheLowerBoundAndTheLastUpperOne(double millis, String label) {
    assertThat(LatencyBucket.of(millis).label()).isEqualTo(label);
  }
}
