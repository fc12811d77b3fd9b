package io.wideevents.delivery.spool;

/** What became of events that were to be spooled. */
public sealed interface SpoolOutcome {

  /** All of them are on disk, synced. */
  record Spooled() implements SpoolOutcome {}

  /**
   * None was taken, and none will appear; a later attempt may succeed.
   *
   * @param message what bound was met and which setting moves it
   */
  record Refused(RefusalReason reason, String message) implements SpoolOutcome {}

  /** The disk failed; whether the events are stored is unknown. */
  record Failed(Throwable cause) implements SpoolOutcome {}

  /** Why a spool takes nothing: a closed list, used as a metric label. */
  enum RefusalReason {
    /** The spool's own bound in bytes. */
    SPOOL_FULL,
    /** The disk would fall under the space that is to stay free. */
    DISK_FULL,
    /** More waits for the disk than memory is set aside for. */
    BUSY,
    /** The spool is closing. */
    CLOSED
  }
}
