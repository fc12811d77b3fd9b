package io.wideevents.query.trace;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of this gateway's tiers and of its spool.
 *
 * @param tiers the tiers, the strongest first
 */
public record GatewayState(List<TierState> tiers, Spool spool) {
  private static final String UP = "up";
  private static final String DOWN = "down";

  public GatewayState {
    tiers = List.copyOf(tiers);
  }

  /**
   * A tier.
   *
   * @param state {@code up}, {@code probing} or {@code down}
   * @param detail why it is not up, without secrets; empty if there is nothing to add
   */
  public record TierState(String tier, String state, String detail) {}

  /**
   * The spool.
   *
   * @param events that wait for delivery
   * @param bytes disk space in use
   * @param oldest when the oldest of the events was spooled
   */
  public record Spool(long events, long bytes, Optional<Instant> oldest) {}

  /**
   * {@code ready} if the strongest tier takes events, {@code degraded} if only another one does,
   * {@code down} if none does.
   */
  public String status() {
    if (!tiers.isEmpty() && tiers.getFirst().state().equals(UP)) {
      return "ready";
    }
    return tiers.stream().allMatch(tier -> tier.state().equals(DOWN)) ? "down" : "degraded";
  }
}
