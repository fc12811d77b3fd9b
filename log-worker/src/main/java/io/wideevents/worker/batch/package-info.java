/**
 * Batches of decoded records. A batch is complete by count, bytes or age. It is written through
 * {@link io.wideevents.mongo.batch.BatchWrites}. Each record is retried until it is stored,
 * rejected, or discarded because its partition was revoked. A rejected record becomes a dead
 * letter. All code in this package runs on the polling thread. Writers and the dead-letter sink
 * pass their outcomes to that thread.
 */
@NullMarked
package io.wideevents.worker.batch;

import org.jspecify.annotations.NullMarked;
