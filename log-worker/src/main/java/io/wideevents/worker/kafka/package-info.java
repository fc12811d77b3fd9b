/**
 * How the worker reaches Kafka: which properties its clients have, that the topics exist before
 * anything is sent, and when the broker was reached or lost.
 */
@NullMarked
package io.wideevents.worker.kafka;

import org.jspecify.annotations.NullMarked;
