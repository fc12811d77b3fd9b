/**
 * Wide events from within a service: one context per request, finalized once, handed off in
 * microseconds; and the port through which an event leaves: hand it over, learn where it became
 * durable. Free of any framework, of Kafka and of HTTP.
 */
@NullMarked
package io.wideevents.logging;

import org.jspecify.annotations.NullMarked;
