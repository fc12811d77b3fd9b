/**
 * The use of Kafka that both processes share: client properties, the creation of topics, the
 * lifecycle of a producer, and the records of the dead-letter topic.
 */
@NullMarked
package io.wideevents.kafka;

import org.jspecify.annotations.NullMarked;
