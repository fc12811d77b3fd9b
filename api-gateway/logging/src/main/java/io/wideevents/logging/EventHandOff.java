package io.wideevents.logging;

/** Accepts the events of ended requests and makes them durable. */
interface EventHandOff {
  /** Accepts an event. Never throws. Blocks only if {@link #waits}. */
  void take(FinalizedRequest request);

  /**
   * Like {@link #take}, for requests that a stopping host ends one after the other. If the tier
   * does not answer, all of these requests together block for no longer than one of them.
   */
  default void takeAtStop(FinalizedRequest request) {
    take(request);
  }

  /** Whether {@link #take} blocks until the event is durable. */
  boolean waits();

  /** Bytes of memory that pending events take now. */
  long queuedBytes();

  /** Rejects further events and waits for the accepted ones, until the close timeout at most. */
  void close();

  /**
   * Counts the events without an outcome as dropped. Call when no more outcomes can arrive.
   *
   * @return number of these events
   */
  long countLost();
}
