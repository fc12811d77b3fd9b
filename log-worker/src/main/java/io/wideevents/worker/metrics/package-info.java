/** The worker's metrics for Prometheus. */
@NullMarked
package io.wideevents.worker.metrics;

import org.jspecify.annotations.NullMarked;
