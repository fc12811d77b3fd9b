/**
 * Tier 2: writes events directly to MongoDB, under the same ids as through Kafka. Many requests
 * share one insert, and no request waits for a batch to fill. Each event is written once, by the
 * deadline of its call. An event that is not confirmed goes to the next tier.
 */
@NullMarked
package io.wideevents.delivery.mongo;

import org.jspecify.annotations.NullMarked;
