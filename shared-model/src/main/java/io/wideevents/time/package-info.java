/** The clocks and executors of the delivery chain, which a test can replace. */
@NullMarked
package io.wideevents.time;

import org.jspecify.annotations.NullMarked;
