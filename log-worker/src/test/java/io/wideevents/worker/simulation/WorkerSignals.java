package io.wideevents.worker.simulation;

/** What the models say to the worker that uses them. */
interface WorkerSignals {
  /** Something has happened that ends a wait. */
  void wake();

  /** The worker's next poll comes after this time, unless it is woken before. */
  void pollAgainAfter(long nanos);

  /** Whether the process is to die now. */
  boolean isDying();

  /**
   * Ends the process if it is to die.
   *
   * @throws SimulatedCrash if so
   */
  void dieIfDying();
}
