package io.wideevents.logging;

import java.util.Locale;

/** Why an event of this process never became durable. A closed list. */
public enum DropReason {
  /** Both bounded queues were full: tiers and disk were slower than the requests for too long. */
  QUEUES_FULL,
  /** No tier confirmed it in time and neither did the spool. It may be stored all the same. */
  NOT_CONFIRMED,
  /** The database refuses this very event. */
  REFUSED,
  /**
   * The request ended after logging was closed, or its event was left when the time to close was
   * up.
   */
  CLOSED,
  /** It could not be encoded: a bug of ours. */
  NOT_ENCODED;

  /** The name in metrics, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
