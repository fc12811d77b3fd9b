/**
 * The port of delivery: events are handed to a {@link io.wideevents.delivery.LoggerPort}, which
 * answers for each one by a deadline. The tiers behind it are in the packages below.
 */
@NullMarked
package io.wideevents.delivery;

import org.jspecify.annotations.NullMarked;
