package io.wideevents.delivery.spool;

import java.util.Collection;
import java.util.List;

/**
 * Events on disk, in the order they came. An event stays until it is removed, so that reading is
 * free of consequences; what a crash repeats is harmless, for events are identified by their id.
 *
 * <p>Used by one thread at a time.
 */
public interface SpoolQueue {
  /**
   * Reads events that were not removed; blocks for the disk. What cannot be read for now (a disk
   * error) is passed over and stays.
   *
   * @param from where to begin: {@link SpoolPosition#START}, or what {@link SpooledEvent#next} of
   *     the last event read says
   * @param maxEvents at least 1
   * @param maxBytes bound of the events' JSON together; one event is returned even if it is larger
   * @return oldest first; empty when none follows
   */
  List<SpooledEvent> read(SpoolPosition from, int maxEvents, int maxBytes);

  /**
   * Removes events for good; removing one again changes nothing. Needs no free disk space. A crash
   * may bring back events that were removed shortly before.
   *
   * @param events events read from this queue, in any order
   */
  void remove(Collection<SpooledEvent> events);
}
