/**
 * The worker's Kafka clients: their properties, the creation and check of topics, and the log lines
 * about reaching or losing the broker.
 */
@NullMarked
package io.wideevents.worker.kafka;

import org.jspecify.annotations.NullMarked;
