/**
 * Tier 2: events go straight to MongoDB, under the same ids as through Kafka. Many requests share
 * one insert, and none waits for a batch to fill.
 */
@NullMarked
package io.wideevents.delivery.mongo;

import org.jspecify.annotations.NullMarked;
