package io.wideevents.delivery.tiers;

import io.wideevents.event.Tier;
import java.time.Instant;
import java.util.Optional;

/**
 * The status of a tier, for readiness.
 *
 * @param since when the tier stopped being up, or when it was first tried without success; empty
 *     while it is up
 * @param detail one short sentence without secrets; empty if there is nothing to add
 * @param backlog the events in this tier that wait for delivery to a stronger tier
 */
public record TierStatus(
    Tier tier, State state, Optional<Instant> since, String detail, Optional<Backlog> backlog) {
  /** Whether the tier is expected to take the next event. */
  public enum State {
    UP,
    /** The tier failed and gets only single events as probes. */
    PROBING,
    /** Takes no events, or was never reached. */
    DOWN
  }

  /**
   * Durable events that wait for delivery to a stronger tier.
   *
   * @param events number of events
   * @param bytes size on disk
   * @param oldest when the first of the events arrived; empty if there are none
   */
  public record Backlog(long events, long bytes, Optional<Instant> oldest) {}

  public static TierStatus of(Tier tier, State state) {
    return new TierStatus(tier, state, Optional.empty(), "", Optional.empty());
  }

  public TierStatus since(Instant since) {
    return new TierStatus(tier, state, Optional.of(since), detail, backlog);
  }

  public TierStatus because(String detail) {
    return new TierStatus(tier, state, since, detail, backlog);
  }

  public TierStatus holding(Backlog backlog) {
    return new TierStatus(tier, state, since, detail, Optional.of(backlog));
  }
}
