/**
 * Batches of documents on their way to MongoDB, the same for the worker and for the gateway's
 * direct writer.
 *
 * <ul>
 *   <li>{@link io.wideevents.mongo.batch.BatchSize} decides which documents share a write.
 *   <li>{@link io.wideevents.mongo.batch.BatchWrites} holds the writes in flight. Each write ends
 *       once, with an answer or at its timeout, with one outcome for each document.
 *   <li>{@link io.wideevents.mongo.batch.SuspectedPoison} holds the evidence against documents that
 *       fail for an unknown reason, and rejects those that are proven poison.
 * </ul>
 *
 * <p>The policy stays with each process. The worker retries until each record is concluded. The
 * gateway writes each event once by a deadline, and passes an event without confirmation to the
 * spool.
 */
@NullMarked
package io.wideevents.mongo.batch;

import org.jspecify.annotations.NullMarked;
