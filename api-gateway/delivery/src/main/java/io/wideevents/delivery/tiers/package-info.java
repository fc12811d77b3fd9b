/**
 * The order in which tiers are tried until one of them has an event: Kafka, then MongoDB, then the
 * spool. Knows when to leave a tier alone, and never calls a timeout a failure.
 */
@NullMarked
package io.wideevents.delivery.tiers;

import org.jspecify.annotations.NullMarked;
