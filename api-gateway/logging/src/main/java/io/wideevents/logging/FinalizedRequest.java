package io.wideevents.logging;

import io.wideevents.codec.EventComposer;
import io.wideevents.codec.EventFields;
import org.jspecify.annotations.Nullable;

/**
 * An ended request with all its fields, which no thread changes any more. The thread that delivers
 * the event composes it once.
 *
 * @param traceId null when unknown
 * @param durationMicros duration of the request in microseconds
 * @param finalizedAtNanos end of the request in {@code System.nanoTime}
 */
record FinalizedRequest(
    String requestId,
    @Nullable String traceId,
    String route,
    long beganAtMillis,
    long durationMicros,
    long finalizedAtMillis,
    long finalizedAtNanos,
    EventFields fields) {

  EventComposer.Head head(String service) {
    return new EventComposer.Head(
        requestId, service, route, beganAtMillis, durationMicros, finalizedAtMillis);
  }

  double durationMillis() {
    return durationMicros / 1000.0;
  }

  /** The sampling key: the same in all services that take part in one trace. */
  String samplingKey() {
    return traceId == null ? requestId : traceId;
  }
}
