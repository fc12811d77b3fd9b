/**
 * The Kafka tier. The client builds a producer when the broker can be reached, and builds a new one
 * after a fatal error. The client sends nothing before the topic exists.
 */
@NullMarked
package io.wideevents.delivery.kafka;

import org.jspecify.annotations.NullMarked;
