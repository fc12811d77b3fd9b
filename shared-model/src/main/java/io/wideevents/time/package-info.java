/** Clocks, executors, timeouts and deadlines that a test can replace, and backoff. */
@NullMarked
package io.wideevents.time;

import org.jspecify.annotations.NullMarked;
