package io.wideevents.logging.sampling;

import org.jspecify.annotations.Nullable;

/**
 * What a rule may look at in an event that is finalized.
 *
 * @param key what all services that one request passes decide by: its trace id, else its request id
 * @param failed whether the event has an error
 * @param durationMillis how long the request took
 * @param route method and template
 * @param userId {@code user.id} as text; null when there is none
 */
public record Candidate(
    String key, boolean failed, double durationMillis, String route, @Nullable String userId) {}
