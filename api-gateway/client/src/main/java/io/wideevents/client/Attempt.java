package io.wideevents.client;

import io.wideevents.delivery.DeliveryOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The outcome of one request to the gateway. */
sealed interface Attempt {
  /** The gateway has decided about each event: one outcome per event, in order. */
  record Answered(List<DeliveryOutcome> outcomes) implements Attempt {}

  /**
   * The gateway rejects the body as a whole and would reject it again. A smaller body may be
   * accepted, and shows which event is the cause.
   */
  record BodyRejected(DeliveryOutcome.Refused reason) implements Attempt {}

  /**
   * Whether the events are durable is unknown, or they are not. The same bytes must be sent again.
   *
   * @param reason what happened, without any content of an event
   * @param retryAfter the gateway's {@code Retry-After}
   */
  record Failed(String reason, Optional<Duration> retryAfter) implements Attempt {}

  /**
   * The request cannot succeed until a person changes something: the URL, the API key, or a proxy.
   */
  record Misconfigured(String reason) implements Attempt {}
}
