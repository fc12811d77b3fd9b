/**
 * What both processes have alike in their use of Kafka: the properties of clients and what Kafka's
 * library says about them.
 */
@NullMarked
package io.wideevents.kafka;

import org.jspecify.annotations.NullMarked;
