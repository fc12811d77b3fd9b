/** The log-worker process: its commands and how its parts are put together. */
@NullMarked
package io.wideevents.worker;

import org.jspecify.annotations.NullMarked;
