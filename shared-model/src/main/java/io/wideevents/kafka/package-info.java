/**
 * What both processes have alike in their use of Kafka: the properties of clients, what Kafka's
 * library says about them, and the creation of topics.
 */
@NullMarked
package io.wideevents.kafka;

import org.jspecify.annotations.NullMarked;
