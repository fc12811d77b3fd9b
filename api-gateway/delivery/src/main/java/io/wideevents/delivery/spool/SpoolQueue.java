package io.wideevents.delivery.spool;

import java.util.Collection;
import java.util.List;

/**
 * Events on disk, in arrival order. An event stays until it is removed; reading removes nothing.
 * After a crash events may be read again, which is harmless, because events are identified by their
 * id.
 *
 * <p>Used by one thread at a time.
 */
public interface SpoolQueue {
  /**
   * Reads events that were not removed. Blocks for the disk. Events that cannot be read now because
   * of a disk error are skipped and stay in the queue.
   *
   * @param from {@link SpoolPosition#START}, or {@link SpooledEvent#next} of the last event read
   * @param maxEvents at least 1
   * @param maxBytes limit of the total JSON size in bytes; one event is returned even if it is
   *     larger
   * @return oldest first; empty if no event follows
   */
  List<SpooledEvent> read(SpoolPosition from, int maxEvents, int maxBytes);

  /**
   * Removes events permanently. Removing an event again changes nothing. Needs no free disk space.
   * After a crash, events that were removed shortly before may be in the queue again.
   *
   * @param events events read from this queue, in any order
   */
  void remove(Collection<SpooledEvent> events);
}
