package io.wideevents.logging;

/** How a request came to its end, apart from what it says about itself. */
public enum Ending {
  /** It was answered, well or badly: an error, if any, has been set. */
  ANSWERED,
  /** Its time ran out; the event's error is {@code TIMEOUT}, whatever followed from that. */
  TIMED_OUT,
  /** The client went away; the event's error is {@code CLIENT_ABORTED} unless it has one. */
  ABORTED
}
