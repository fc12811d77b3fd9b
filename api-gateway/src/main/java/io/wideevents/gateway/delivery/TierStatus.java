package io.wideevents.gateway.delivery;

import io.wideevents.event.Tier;

/**
 * How a tier is, for readiness.
 *
 * @param detail one short sentence without secrets; empty when there is nothing to add
 */
public record TierStatus(Tier tier, State state, String detail) {
  /** Whether the next event would be tried there. */
  public enum State {
    UP,
    /** Tried with single events only: it failed, and may be back. */
    PROBING,
    DOWN
  }
}
