package io.wideevents.toolbox.sample;

/**
 * A time in which one route misbehaves, coming back with a period.
 *
 * @param route the only one that is touched
 * @param periodMillis from one incident's begin to the next one's
 * @param fromMillis begin, from the begin of the period
 * @param toMillis end, from the begin of the period
 * @param failureRate share of requests that fail meanwhile, 0 to 1
 * @param slowdown factor on the latency meanwhile
 * @param error what the failures look like
 */
record Incident(
    RouteProfile route,
    long periodMillis,
    long fromMillis,
    long toMillis,
    double failureRate,
    double slowdown,
    SampleError error) {

  /** Whether a request of {@code candidate}, {@code millis} after the start, is hit by it. */
  boolean covers(RouteProfile candidate, long millis) {
    long inPeriod = millis % periodMillis;
    return candidate.equals(route) && inPeriod >= fromMillis && inPeriod < toMillis;
  }
}
