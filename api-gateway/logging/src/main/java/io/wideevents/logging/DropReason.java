package io.wideevents.logging;

import java.util.Locale;

/** The reason why an event of this process was dropped. A closed list. */
public enum DropReason {
  /** The bounded queues were full: tiers and disk were slower than the requests for too long. */
  QUEUES_FULL,
  /**
   * Neither a tier nor the spool acknowledged the event in time. The event may be stored
   * nevertheless.
   */
  NOT_CONFIRMED,
  /** The database or the gateway rejects the event. */
  REFUSED,
  /**
   * The request ended after logging was closed, or its event was still pending when the close
   * timeout elapsed.
   */
  CLOSED,
  /** The event could not be encoded, which is a bug of this library. */
  NOT_ENCODED;

  /** The name in metrics, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
