/**
 * Wide events for Javalin applications: one event per request. It begins before the first handler
 * and is finalized when the response was sent, has failed or was aborted.
 */
@NullMarked
package io.wideevents.logging.javalin;

import org.jspecify.annotations.NullMarked;
