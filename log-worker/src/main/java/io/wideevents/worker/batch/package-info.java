/**
 * From decoded records to settled batches: what waits is sealed into batches by count, bytes or
 * age, written, retried through outages, split to find culprits, and dead-lettered. Everything here
 * runs on the polling thread; writers and the dead-letter sink only hand their results back to it.
 */
@NullMarked
package io.wideevents.worker.batch;

import org.jspecify.annotations.NullMarked;
