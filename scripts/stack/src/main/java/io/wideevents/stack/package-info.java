/** A real Kafka broker in a child JVM and a MongoDB, started and stopped together. */
@NullMarked
package io.wideevents.stack;

import org.jspecify.annotations.NullMarked;
