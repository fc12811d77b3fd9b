package io.wideevents.toolbox.shop;

import tools.jackson.databind.json.JsonMapper;

/**
 * The result of one mode at one delay of MongoDB.
 *
 * @param requestsPerSecond the rate of the load
 * @param requests requests with a valid answer
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
    return JsonMapper.shared()
        .createObjectNode()
        .put("mode", mode.label())
        .put("mongoDelayMs", mongoDelayMillis)
        .put("requestsPerSecond", requestsPerSecond)
        .put("p50Ms", p50Millis)
        .put("p90Ms", p90Millis)
        .put("p99Ms", p99Millis)
        .put("requests", requests)
        .put("failures", failures)
        .put("cpuMsPerRequest", cpuMillisPerRequest)
        .toString();
  }

  /** How much lower this mode's median is than another one, as a fraction of the other median. */
  double cutFrom(LatencyRow other) {
    return 1 - p50Millis / other.p50Millis;
  }
}
