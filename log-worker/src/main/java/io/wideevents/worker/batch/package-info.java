/**
 * Batches of decoded records. A batch is complete by count, bytes or age. It is written, retried
 * during outages, and split to isolate suspected poison records, which become dead letters. All
 * code in this package runs on the polling thread. Writers and the dead-letter sink pass their
 * outcomes to that thread.
 */
@NullMarked
package io.wideevents.worker.batch;

import org.jspecify.annotations.NullMarked;
