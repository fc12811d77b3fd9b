package io.wideevents.query.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogBucketsTest {

  @Test
  void estimate_isWithinOnePercentOfEachNumberOfTheBucket() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      double number = Math.exp(random.nextDouble() * 60 - 20) * (random.nextBoolean() ? 1 : -1);

      double estimate = LogBuckets.estimate(LogBuckets.of(number));

      assertThat(Math.abs(estimate - number)).isLessThanOrEqualTo(Math.abs(number) * 0.00995);
    }
  }

  @Test
  void of_hasTheOrderOfTheNumbers() {
    assertThat(LogBuckets.of(-1000)).isLessThan(LogBuckets.of(-1));
    assertThat(LogBuckets.of(-1)).isLessThan(LogBuckets.of(-0.001));
    assertThat(LogBuckets.of(-0.001)).isNegative();
    assertThat(LogBuckets.of(1e-10)).isZero();
    assertThat(LogBuckets.of(0.001)).isPositive().isLessThan(LogBuckets.of(1));
    assertThat(LogBuckets.of(1e30)).isEqualTo(LogBuckets.of(1e18));
  }

  @Test
  void lowerBound_growsByTwoPercent() {
    int bucket = LogBuckets.of(100);

    assertThat(LogBuckets.lowerBound(bucket)).isLessThanOrEqualTo(100);
    assertThat(LogBuckets.lowerBound(bucket + 1))
        .isCloseTo(LogBuckets.lowerBound(bucket) * 1.02, within(1e-9))
        .isGreaterThan(100);
  }
}
