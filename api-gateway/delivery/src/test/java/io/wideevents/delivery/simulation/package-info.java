/**
 * The real delivery chain of the gateway on virtual time, against models of Kafka, MongoDB and a
 * disk. A seed decides everything.
 */
@NullMarked
package io.wideevents.delivery.simulation;

import org.jspecify.annotations.NullMarked;
