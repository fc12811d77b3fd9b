package io.wideevents.toolbox.load;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.node.ObjectNode;

/**
 * The requests of one measurement.
 *
 * @param micros response times of the requests with a valid answer, in microseconds; must not
 *     change
 * @param failed requests without a valid answer
 */
public record Window(Histogram micros, long failed, Duration took) {
  private static final double MICROS_PER_MILLI = 1000;

  /** A measurement without requests. */
  public static final Window EMPTY = new Window(new Histogram(3), 0, Duration.ZERO);

  /** The sum of both. */
  public Window plus(Window other) {
    Histogram sum = micros.copy();
    sum.add(other.micros);
    return new Window(sum, failed + other.failed, took.plus(other.took));
  }

  /** Requests with a valid answer. */
  public long requests() {
    return micros.getTotalCount();
  }

  /** Requests with a valid answer, a second. */
  public double perSecond() {
    return took.isZero() ? 0 : requests() / (took.toNanos() / 1e9);
  }

  /**
   * A percentile in milliseconds; 0 if there were no requests.
   *
   * @param percentile 0 to 100
   */
  public double millis(double percentile) {
    return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
  }

  /** The longest response time. */
  public double maxMillis() {
    return micros.getMaxValue() / MICROS_PER_MILLI;
  }

  /** Adds the measurement to a JSON object. */
  public void writeTo(ObjectNode json) {
    json.put("requests", requests())
        .put("failed", failed)
        .put("perSecond", perSecond())
        .put("p50Millis", millis(50))
        .put("p99Millis", millis(99))
        .put("maxMillis", maxMillis());
  }
}
