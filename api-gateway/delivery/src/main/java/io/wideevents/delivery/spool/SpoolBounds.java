package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.SpoolOutcome.RefusalReason;
import io.wideevents.delivery.spool.SpoolOutcome.Refused;
import io.wideevents.event.EventLimits;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The limits of a spool: its own size, the disk space that must stay free, and the memory of events
 * that wait to be written. Safe for concurrent use. Blocks only where it queries the disk.
 */
final class SpoolBounds {
  private static final long MOST_QUEUED_BYTES = 32L << 20;

  /** One event of the largest default size: with less space the spool counts as full. */
  private static final long ROOM_BYTES = EventLimits.DEFAULT.maxEventBytes();

  private final SpoolSettings settings;
  private final LongSupplier heldBytes;
  private final LongSupplier usableBytes;

  /**
   * @param heldBytes disk space of the spool
   * @param usableBytes bytes that may still be written to the disk
   */
  SpoolBounds(SpoolSettings settings, LongSupplier heldBytes, LongSupplier usableBytes) {
    this.settings = settings;
    this.heldBytes = heldBytes;
    this.usableBytes = usableBytes;
  }

  /**
   * Checks whether more bytes may be queued for writing.
   *
   * @param queuedBytes bytes that are queued already
   */
  Optional<Refused> checkSize(long queuedBytes, long more) {
    long written = queuedBytes + more;
    long over = heldBytes.getAsLong() + written + headerBytes(written) - settings.maxBytes();
    if (over > 0) {
      return Optional.of(
          new Refused(
              RefusalReason.SPOOL_FULL,
              "The spool would be %d bytes over its %d (SPOOL_MAX_BYTES)"
                  .formatted(over, settings.maxBytes())));
    }
    // The largest request alone may exceed this limit; it is accepted if nothing else is queued.
    return queuedBytes > 0 && queuedBytes + more > MOST_QUEUED_BYTES
        ? Optional.of(
            new Refused(
                RefusalReason.BUSY, "%d bytes wait for the spool's disk".formatted(queuedBytes)))
        : Optional.empty();
  }

  /**
   * Each group may need a new segment, because the replay may have the open one sealed at any time.
   * Any two consecutive groups together have more bytes than one group may have.
   */
  private static long headerBytes(long written) {
    return SegmentHeader.BYTES * (1 + 2 * written / GroupCommit.MOST_GROUP_BYTES);
  }

  /** Checks whether there is space for any next event; may wait for the disk. */
  Optional<Refused> checkRoom() {
    return checkSize(0, ROOM_BYTES).or(() -> checkDisk(ROOM_BYTES));
  }

  Optional<Refused> checkDisk(long more) {
    long usable = usableBytes.getAsLong();
    return usable - more >= settings.minFreeBytes()
        ? Optional.empty()
        : Optional.of(
            new Refused(
                RefusalReason.DISK_FULL,
                ("The spool's disk has %d bytes free and keeps %d free (SPOOL_MIN_FREE_BYTES):"
                        + " %d more do not fit")
                    .formatted(usable, settings.minFreeBytes(), more)));
  }
}
