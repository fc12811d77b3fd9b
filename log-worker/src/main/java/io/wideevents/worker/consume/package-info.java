/**
 * The consumer loop: one thread that owns the consumer, always polls, and does not wait for
 * MongoDB.
 */
@NullMarked
package io.wideevents.worker.consume;

import org.jspecify.annotations.NullMarked;
