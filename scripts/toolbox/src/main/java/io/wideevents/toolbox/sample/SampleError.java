package io.wideevents.toolbox.sample;

/**
 * An error of a request.
 *
 * @param code stable, for counting
 * @param message for reading
 * @param status the HTTP status of the response
 */
record SampleError(String code, String message, int status) {}
