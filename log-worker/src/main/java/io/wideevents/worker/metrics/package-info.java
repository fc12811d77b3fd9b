/** What the worker counts, as Prometheus sees it. */
@NullMarked
package io.wideevents.worker.metrics;

import org.jspecify.annotations.NullMarked;
