package io.wideevents.logging;

import io.wideevents.codec.EventComposer;
import io.wideevents.codec.EventFields;
import org.jspecify.annotations.Nullable;

/**
 * A request that has ended, with everything said about it; nobody writes to its fields any more.
 * Its event is composed from it once, on whichever thread hands it to a tier.
 *
 * @param traceId null when none is known
 * @param durationMicros how long it took, in microseconds
 * @param finalizedAtNanos when it ended, on the monotonic clock
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

  /** What all services that one request passes decide by. */
  String samplingKey() {
    return traceId == null ? requestId : traceId;
  }
}
