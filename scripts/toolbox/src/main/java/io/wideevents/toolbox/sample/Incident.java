package io.wideevents.toolbox.sample;

/**
 * A periodic time in which one route is slow and fails.
 *
 * @param route the only affected route
 * @param periodMillis from the start of one incident to the start of the next
 * @param fromMillis start, from the start of the period
 * @param toMillis end, from the start of the period
 * @param failureRate fraction of requests that fail during the incident, 0 to 1
 * @param slowdown factor on the latency during the incident
 * @param error the error of the failed requests
 * @param build the cause: the build that serves the affected requests, and no others
 */
record Incident(
    RouteProfile route,
    long periodMillis,
    long fromMillis,
    long toMillis,
    double failureRate,
    double slowdown,
    SampleError error,
    String build) {

  /**
   * Whether the incident affects a request of {@code candidate}, {@code millis} after the start.
   */
  boolean covers(RouteProfile candidate, long millis) {
    long inPeriod = millis % periodMillis;
    return candidate.equals(route) && inPeriod >= fromMillis && inPeriod < toMillis;
  }
}
