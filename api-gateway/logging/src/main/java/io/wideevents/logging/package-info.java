/**
 * Logs wide events from inside a service: one context per request, finalized once and queued in
 * microseconds. Does not depend on a web framework or HTTP.
 */
@NullMarked
package io.wideevents.logging;

import org.jspecify.annotations.NullMarked;
