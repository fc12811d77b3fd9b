package io.wideevents.query.trace;

import io.wideevents.event.EventId;
import java.time.Instant;
import java.util.Optional;

/** Looks for an event in the spool of this gateway. Safe for concurrent use. */
@FunctionalInterface
public interface SpoolSearch {
  /** Looks for an event. Blocks for the disk, for a bounded number of bytes. */
  Found find(EventId id);

  /**
   * The result.
   *
   * @param spooledAt when the event was spooled; empty if it was not found
   * @param complete whether the whole spool was searched
   */
  record Found(Optional<Instant> spooledAt, boolean complete) {}
}
