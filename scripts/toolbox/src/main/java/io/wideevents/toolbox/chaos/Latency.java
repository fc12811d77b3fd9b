package io.wideevents.toolbox.chaos;

import org.HdrHistogram.Histogram;

/**
 * A latency distribution, in milliseconds.
 *
 * @param requests number of requests; the other components are 0 if there were none
 */
record Latency(long requests, double p50Millis, double p99Millis, double maxMillis) {
  private static final double MICROS_PER_MILLI = 1000;

  static Latency of(Histogram micros) {
    return new Latency(
        micros.getTotalCount(),
        micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
        micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
        micros.getMaxValue() / MICROS_PER_MILLI);
  }
}
