package io.wideevents.toolbox.benchmark;

import java.util.stream.DoubleStream;

/** The median and the quartiles of a few measured values; NaN if there are none. */
record Quartiles(double lower, double median, double upper) {
  static Quartiles of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return new Quartiles(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
  }

  // Linear between the two nearest values.
  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
