package io.wideevents.toolbox.sample;

/**
 * The body of one request.
 *
 * @param events number of events in it, at least 1
 * @param ndjson one event a line; must not change
 */
// The array is not copied. Batches are passed on once and are not compared.
@SuppressWarnings("ArrayRecordComponent")
record EventBatch(int events, byte[] ndjson) {}
