/** Wide events for the HTTP server of the JDK: a filter that logs one event per request. */
@NullMarked
package io.wideevents.logging.jdkhttp;

import org.jspecify.annotations.NullMarked;
