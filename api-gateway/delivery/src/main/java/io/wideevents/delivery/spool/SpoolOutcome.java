package io.wideevents.delivery.spool;

/** The outcome of an append to the spool. */
public sealed interface SpoolOutcome {

  /** All events are on disk, synced. */
  record Spooled() implements SpoolOutcome {}

  /**
   * No event was stored, and none will appear later. A later attempt may succeed.
   *
   * @param message the limit that was reached, and the setting that changes it
   */
  record Refused(RefusalReason reason, String message) implements SpoolOutcome {}

  /** The disk failed; whether the events are stored is unknown. */
  record Failed(Throwable cause) implements SpoolOutcome {}

  /** Why a spool accepts no events: a closed list, used as a metric label. */
  enum RefusalReason {
    /** The spool's own limit in bytes. */
    SPOOL_FULL,
    /** The free disk space would fall below the configured minimum. */
    DISK_FULL,
    /** The events that wait for the disk have reached their memory limit. */
    BUSY,
    /** The spool is closing. */
    CLOSED
  }
}
