package io.wideevents.toolbox.sample;

import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;

/**
 * The behaviour of one route of one service.
 *
 * @param service the service's name
 * @param route method and path template
 * @param weight share of the traffic, relative to the other routes
 * @param medianMillis median latency in milliseconds
 * @param spread sigma of the log-normal latency: 0.3 is steady, 1 has a long tail
 * @param failureRate fraction of requests that fail, 0 to 1
 * @param errors possible errors, at least one
 * @param details writes the fields of this route
 */
record RouteProfile(
    String service,
    String route,
    int weight,
    double medianMillis,
    double spread,
    double failureRate,
    List<SampleError> errors,
    BiConsumer<JsonGenerator, Random> details) {

  RouteProfile {
    errors = List.copyOf(errors);
  }

  /** A random latency in whole microseconds. */
  long latencyMicros(Random random, double slowdown) {
    // StrictMath: the same on every platform, so that the same seed gives the same bytes.
    double factor = StrictMath.exp(spread * random.nextGaussian());
    return Math.max(1, Math.round(medianMillis * 1000 * factor * slowdown));
  }
}
