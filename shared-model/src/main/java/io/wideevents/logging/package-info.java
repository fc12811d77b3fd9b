/**
 * The port through which an event leaves a service: hand it over, learn where it became durable.
 * Free of any framework, of Kafka and of HTTP.
 */
@NullMarked
package io.wideevents.logging;

import org.jspecify.annotations.NullMarked;
