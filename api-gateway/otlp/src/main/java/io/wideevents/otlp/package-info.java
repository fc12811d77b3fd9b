/**
 * Turns bodies of OpenTelemetry (OTLP over HTTP) into wide events, and writes OTLP responses. Knows
 * no web server. Each span or log record becomes one line of JSON, and {@link
 * io.wideevents.codec.EventEncoder} checks that line like an event that a client posted.
 */
@NullMarked
package io.wideevents.otlp;

import org.jspecify.annotations.NullMarked;
