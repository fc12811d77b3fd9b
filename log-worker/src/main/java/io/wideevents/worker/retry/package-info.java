/** How long to wait before trying again. */
@NullMarked
package io.wideevents.worker.retry;

import org.jspecify.annotations.NullMarked;
