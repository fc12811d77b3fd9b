/** The clocks and executors of the delivery chain, in one place where a test can replace them. */
@NullMarked
package io.wideevents.time;

import org.jspecify.annotations.NullMarked;
