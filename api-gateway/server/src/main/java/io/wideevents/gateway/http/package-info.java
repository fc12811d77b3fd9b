/**
 * The gateway's HTTP API: reads a posted body within its limits, delivers the events, and replies
 * with the outcome of each event. No event leaves this package before the whole body has been read
 * and checked.
 */
@NullMarked
package io.wideevents.gateway.http;

import org.jspecify.annotations.NullMarked;
