package io.wideevents.logging;

/** How a request ended. */
public enum Ending {
  /** The request was answered. If it failed, its context has an error. */
  ANSWERED,
  /** The request timed out. The event's error is {@code TIMEOUT}, even if another error was set. */
  TIMED_OUT,
  /**
   * The client closed the connection. The event's error is {@code CLIENT_ABORTED} unless another
   * error was set.
   */
  ABORTED
}
