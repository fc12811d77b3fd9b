package io.wideevents.gateway.access;

import java.time.Duration;

/** Whether a caller may send that many events now. */
public sealed interface RateDecision {

  /** It may; they are counted. */
  record Allowed() implements RateDecision {}

  /**
   * Not now; nothing was counted.
   *
   * @param retryAfter after which the same request is allowed, if nothing else is sent meanwhile
   */
  record Limited(Duration retryAfter) implements RateDecision {}
}
