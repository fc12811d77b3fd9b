/** The log-worker process: its commands and the wiring of its parts. */
@NullMarked
package io.wideevents.worker;

import org.jspecify.annotations.NullMarked;
