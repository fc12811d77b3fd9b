package io.wideevents.delivery.tiers;

import io.wideevents.event.Tier;
import java.time.Instant;
import java.util.Optional;

/**
 * How a tier is, for readiness.
 *
 * @param since when it ceased to be up, or was first tried in vain; empty while it is up
 * @param detail one short sentence without secrets; empty when there is nothing to add
 * @param backlog what waits in it to be delivered to a stronger tier
 */
public record TierStatus(
    Tier tier, State state, Optional<Instant> since, String detail, Optional<Backlog> backlog) {
  /** Whether the next event would find it taking events, as far as is known. */
  public enum State {
    UP,
    /** Tried with single events only: it failed, and may be back. */
    PROBING,
    /** Does not take events, or has never been reached. */
    DOWN
  }

  /**
   * Events that are durable and not yet where they belong.
   *
   * @param bytes on disk
   * @param oldest when the first of them came; empty when there are none
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
