package io.wideevents.toolbox.shop;

import java.util.Locale;

/**
 * The result of one mode at one delay of MongoDB.
 *
 * @param requestsPerSecond the rate of the load
 * @param requests number of measured requests
 * @param failures requests without a valid answer
 * @param cpuMillisPerRequest CPU time of the shop's process, divided by the number of requests
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

  /** How much lower this mode's median is than another's, as a fraction of the other. */
  double cutFrom(LatencyRow other) {
    return 1 - p50Millis / other.p50Millis;
  }
}
