package io.wideevents.mongo;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@link EventCollection#ensure} with {@link RetentionChange#ANY} would delete.
 *
 * @param change what would be changed, from what to what
 * @param before events with an older timestamp are deleted
 * @param events how many those are now; empty when they could not be counted in time
 * @param oldest timestamp of the oldest of them; empty when there is none, or it was not found in
 *     time
 */
public record RetentionImpact(
    String change, Instant before, OptionalLong events, Optional<Instant> oldest) {}
