package io.wideevents.worker.simulation;

/** The process ends here: an error that no code of the worker catches. */
final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash() {
    super("The simulated process died", null, false, false);
  }
}
