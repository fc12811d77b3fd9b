package io.wideevents.worker.simulation;

import org.jspecify.annotations.Nullable;

/**
 * A broken invariant. An error, because the worker catches exceptions and would continue after one.
 */
final class SimulationViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient Invariant invariant;

  SimulationViolation(Invariant invariant, String details, @Nullable Throwable cause) {
    super(invariant + ": " + details, cause);
    this.invariant = invariant;
  }

  Invariant invariant() {
    return invariant;
  }
}
