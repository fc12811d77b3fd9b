/**
 * Puts the delivery chain together from settings: Kafka, MongoDB, the spool and what replays it.
 */
@NullMarked
package io.wideevents.delivery.setup;

import org.jspecify.annotations.NullMarked;
