/** The loop: one thread that owns the consumer, always polls, and never waits for MongoDB. */
@NullMarked
package io.wideevents.worker.consume;

import org.jspecify.annotations.NullMarked;
