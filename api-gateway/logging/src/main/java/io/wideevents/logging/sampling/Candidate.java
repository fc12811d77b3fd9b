package io.wideevents.logging.sampling;

import org.jspecify.annotations.Nullable;

/**
 * The properties of a finalized event that sampling rules can test.
 *
 * @param key sampling key, the same in all services of one trace: the trace id, else the request id
 * @param failed whether the event has an error
 * @param durationMillis duration of the request in milliseconds
 * @param route method and path template
 * @param userId {@code user.id} as text; null when there is none
 */
public record Candidate(
    String key, boolean failed, double durationMillis, String route, @Nullable String userId) {}
