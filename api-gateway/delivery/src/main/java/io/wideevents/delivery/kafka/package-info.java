/**
 * The way to Kafka: a client that is built when the broker can be reached and rebuilt when it is
 * beyond repair, and that sends nothing before the topic is there.
 */
@NullMarked
package io.wideevents.delivery.kafka;

import org.jspecify.annotations.NullMarked;
