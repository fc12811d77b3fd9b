/**
 * Tries the tiers in order until one of them confirms an event: Kafka, then MongoDB, then the
 * spool. {@link io.wideevents.delivery.tiers.DeliveryChain} has the order and the fallback. A
 * circuit breaker per tier decides when a tier is not tried. A timeout is an unknown outcome, not a
 * failure of the event.
 */
@NullMarked
package io.wideevents.delivery.tiers;

import org.jspecify.annotations.NullMarked;
