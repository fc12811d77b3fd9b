/**
 * Tier 2: writes events directly to MongoDB, under the same ids as through Kafka. Many requests
 * share one insert, and no request waits for a batch to fill.
 */
@NullMarked
package io.wideevents.delivery.mongo;

import org.jspecify.annotations.NullMarked;
