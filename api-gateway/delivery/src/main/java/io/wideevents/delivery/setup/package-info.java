/** Composes the delivery chain from settings: Kafka, MongoDB, the spool and its replay. */
@NullMarked
package io.wideevents.delivery.setup;

import org.jspecify.annotations.NullMarked;
