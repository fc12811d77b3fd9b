/**
 * What both processes have alike in their use of Kafka: the properties of clients, the creation of
 * topics, and the records of the dead-letter topic.
 */
@NullMarked
package io.wideevents.kafka;

import org.jspecify.annotations.NullMarked;
