package io.wideevents.toolbox.benchmark;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * The requests of one measurement.
 *
 * @param micros microseconds from the time a request was due to its 202; must not change
 * @param failed requests without a 202
 */
record Window(Histogram micros, long failed, Duration took) {
  private static final double MICROS_PER_MILLI = 1000;

  static final Window EMPTY = new Window(new Histogram(3), 0, Duration.ZERO);

  /** The sum of both. */
  Window plus(Window other) {
    Histogram sum = micros.copy();
    sum.add(other.micros);
    return new Window(sum, failed + other.failed, took.plus(other.took));
  }

  long requests() {
    return micros.getTotalCount();
  }

  double perSecond() {
    return took.isZero() ? 0 : requests() / (took.toNanos() / 1e9);
  }

  double millis(double percentile) {
    return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
  }

  double maxMillis() {
    return micros.getMaxValue() / MICROS_PER_MILLI;
  }
}
