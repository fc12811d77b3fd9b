package io.wideevents.event;

/** The outcome of a request, as in {@code _summary} and {@code _ingest.outcome}. */
public enum Outcome {
  /** An error is present. */
  FAILED,
  /** No error, but slower than 1000 ms. */
  WARNING,
  /** No error and no latency: the duration was not measured. */
  EDGE_CASE,
  SUCCESS;

  private static final double SLOW_MILLIS = 1000;

  /**
   * The first outcome that matches, in the order above.
   *
   * @param durationMillis milliseconds, not negative; {@code NaN} for a request without latency
   */
  public static Outcome of(boolean errorPresent, double durationMillis) {
    if (errorPresent) {
      return FAILED;
    }
    if (Double.isNaN(durationMillis)) {
      return EDGE_CASE;
    }
    return durationMillis > SLOW_MILLIS ? WARNING : SUCCESS;
  }
}
