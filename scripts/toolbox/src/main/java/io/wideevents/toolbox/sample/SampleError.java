package io.wideevents.toolbox.sample;

/**
 * How a request fails.
 *
 * @param code stable, for counting
 * @param message for reading
 * @param status the HTTP status the caller got
 */
record SampleError(String code, String message, int status) {}
