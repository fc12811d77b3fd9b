package io.wideevents.mongo;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The events that {@link EventCollection#ensure} with {@link RetentionChange#ANY} would delete.
 *
 * @param change what would be changed, from what to what
 * @param before events with an older timestamp are deleted
 * @param events number of these events now; empty if they could not be counted in time
 * @param oldest timestamp of the oldest of them; empty if there is none, or it was not found in
 *     time
 */
public record RetentionImpact(
    String change, Instant before, OptionalLong events, Optional<Instant> oldest) {}
