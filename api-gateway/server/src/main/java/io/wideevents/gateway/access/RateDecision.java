package io.wideevents.gateway.access;

import java.time.Duration;

/** The result of the check of a caller's rate limit. */
public sealed interface RateDecision {

  /** The events are within the limit and were counted. */
  record Allowed() implements RateDecision {}

  /**
   * The limit is exceeded and nothing was counted.
   *
   * @param retryAfter after this time the same request is allowed, if the caller sends nothing else
   *     before
   */
  record Limited(Duration retryAfter) implements RateDecision {}
}
