/** The smallest service with the library: one job, one event. */
@NullMarked
package io.wideevents.sample;

import org.jspecify.annotations.NullMarked;
