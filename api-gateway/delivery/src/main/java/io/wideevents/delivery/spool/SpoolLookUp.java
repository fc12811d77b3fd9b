package io.wideevents.delivery.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * The result of looking for an event in a spool.
 *
 * @param spooledAt when the event was spooled; empty if it was not found
 * @param complete whether every readable byte was searched; false if the limit ended the search or
 *     the disk failed
 */
public record SpoolLookUp(Optional<Instant> spooledAt, boolean complete) {}
