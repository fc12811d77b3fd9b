package io.wideevents.toolbox.shop;

import java.util.Locale;

/**
 * What one mode did at one delay of MongoDB.
 *
 * @param requestsPerSecond the pace of the load
 * @param requests how many were timed
 * @param failures requests without a proper answer
 * @param cpuMillisPerRequest processor time the shop's process used, shared among the requests
 */
record LatencyRow(
    LogMode mode,
    long mongoDelayMillis,
    double requestsPerSecond,
    long requests,
    long failures,
    double p50Millis,
    double p90Millis,
    double p99Millis,
    double cpuMillisPerRequest) {

  /** One JSON object, on one line. */
  String json() {
    return String.format(
        Locale.ROOT,
        "{\"mode\":\"%s\",\"mongoDelayMs\":%d,\"requestsPerSecond\":%.1f,\"p50Ms\":%.3f,"
            + "\"p90Ms\":%.3f,\"p99Ms\":%.3f,\"requests\":%d,\"failures\":%d,"
            + "\"cpuMsPerRequest\":%.3f}",
        mode.label(),
        mongoDelayMillis,
        requestsPerSecond,
        p50Millis,
        p90Millis,
        p99Millis,
        requests,
        failures,
        cpuMillisPerRequest);
  }

  /** By how much this mode's median is below another's, as a share of that. */
  double cutFrom(LatencyRow other) {
    return 1 - p50Millis / other.p50Millis;
  }
}
