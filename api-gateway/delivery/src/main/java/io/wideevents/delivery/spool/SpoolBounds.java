package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.SpoolOutcome.RefusalReason;
import io.wideevents.delivery.spool.SpoolOutcome.Refused;
import io.wideevents.event.EventLimits;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How far a spool may grow: its own bound, the space others need on the disk, and the memory of
 * what waits to be written. Safe for concurrent use; blocks only where the disk is asked.
 */
final class SpoolBounds {
  private static final long MOST_QUEUED_BYTES = 32L << 20;

  /** One event of the largest size, by default: less room than that is soon none. */
  private static final long ROOM_BYTES = EventLimits.DEFAULT.maxEventBytes();

  private final SpoolSettings settings;
  private final LongSupplier heldBytes;
  private final LongSupplier usableBytes;

  /**
   * @param heldBytes what the spool takes on disk
   * @param usableBytes what may still be written to the disk
   */
  SpoolBounds(SpoolSettings settings, LongSupplier heldBytes, LongSupplier usableBytes) {
    this.settings = settings;
    this.heldBytes = heldBytes;
    this.usableBytes = usableBytes;
  }

  /**
   * Whether more may be queued for writing.
   *
   * @param queuedBytes what is queued already
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
    // The largest request alone may be over this bound and is taken when nothing else waits.
    return queuedBytes > 0 && queuedBytes + more > MOST_QUEUED_BYTES
        ? Optional.of(
            new Refused(
                RefusalReason.BUSY, "%d bytes wait for the spool's disk".formatted(queuedBytes)))
        : Optional.empty();
  }

  /** Of any two segments in a row, what is in both together is more than one may hold. */
  private long headerBytes(long written) {
    return SegmentHeader.BYTES * (1 + 2 * written / settings.segmentBytes());
  }

  /** Whether there is room for any event that may come next; may wait for the disk. */
  Optional<Refused> checkRoom() {
    return checkSize(0, ROOM_BYTES).or(() -> checkDisk(ROOM_BYTES));
  }

  /** Whether the disk has room for more. */
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
