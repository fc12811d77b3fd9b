package io.wideevents.toolbox.sample;

/**
 * The body of one request.
 *
 * @param events how many are in it, at least 1
 * @param ndjson one event a line; must not change
 */
// Batches are handed on once and never compared, so that the array is not copied is safe.
@SuppressWarnings("ArrayRecordComponent")
record EventBatch(int events, byte[] ndjson) {}
