/**
 * Where an event is between the gateway and MongoDB, and the state of the pipeline. The Kafka
 * clients of this package exist only during a request.
 */
@NullMarked
package io.wideevents.query.trace;

import org.jspecify.annotations.NullMarked;
