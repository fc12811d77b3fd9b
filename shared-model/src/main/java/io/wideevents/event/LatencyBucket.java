package io.wideevents.event;

/** The duration of a request, in six classes. */
public enum LatencyBucket {
  UNDER_50("<50"),
  FROM_50_TO_200("50-200"),
  FROM_200_TO_500("200-500"),
  FROM_500_TO_1000("500-1000"),
  OVER_1000(">1000"),
  UNKNOWN("unknown");

  private final String label;

  LatencyBucket(String label) {
    this.label = label;
  }

  /** The name of the bucket in {@code _summary}. */
  public String label() {
    return label;
  }

  /**
   * The bucket of a duration: [0,50) [50,200) [200,500) [500,1000] (1000,∞).
   *
   * @param durationMillis milliseconds, not negative; {@code NaN} for a request without latency
   */
  public static LatencyBucket of(double durationMillis) {
    if (Double.isNaN(durationMillis)) {
      return UNKNOWN;
    }
    if (durationMillis < 50) {
      return UNDER_50;
    }
    if (durationMillis < 200) {
      return FROM_50_TO_200;
    }
    if (durationMillis < 500) {
      return FROM_200_TO_500;
    }
    return durationMillis <= 1000 ? FROM_500_TO_1000 : OVER_1000;
  }
}
