package io.wideevents.delivery.tiers;

import java.util.Optional;

/** What is known about the database of tier 2, besides what its events report. Must not block. */
@FunctionalInterface
public interface DirectDatabase {

  /** Whether the database has answered since the start. */
  boolean hasAnswered();

  /** Why no event can be written to it, with what to do about it; empty if events are tried. */
  default Optional<String> unavailability() {
    return Optional.empty();
  }
}
