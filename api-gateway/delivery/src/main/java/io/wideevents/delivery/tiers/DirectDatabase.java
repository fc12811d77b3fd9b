package io.wideevents.delivery.tiers;

import java.util.Optional;

/**
 * Reports the availability of the database of tier 2, in addition to the outcomes of events.
 * Implementations must not block.
 */
@FunctionalInterface
public interface DirectDatabase {

  /** Whether the database has answered since the start. */
  boolean hasAnswered();

  /**
   * The reason why no event can be written, and what to do about it. Empty if events can be tried.
   */
  default Optional<String> unavailability() {
    return Optional.empty();
  }
}
