package io.wideevents.logging;

/** Takes events from requests that ended, and sees to it that they become durable. */
interface EventHandOff {
  /** Takes an event; never throws. Blocks only where the implementation says so. */
  void take(FinalizedRequest request);

  /**
   * As {@link #take}, for requests that a host ends one after the other because it stops: all of
   * them together wait no longer than one of them does for a tier that does not answer.
   */
  default void takeAtStop(FinalizedRequest request) {
    take(request);
  }

  /** Whether {@link #take} waits until the event is durable. */
  boolean waits();

  /** Memory that events in flight take now. */
  long queuedBytes();

  /** Takes nothing more and waits for what was taken, within the time to close. */
  void close();

  /**
   * Counts as dropped what has no answer; called when none can come any more.
   *
   * @return how many events that were
   */
  long countLost();
}
