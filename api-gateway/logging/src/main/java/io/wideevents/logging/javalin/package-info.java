/**
 * Wide events for any Javalin application: one event per request, begun before the first handler
 * and finalized once the response is out, has failed or was given up.
 */
@NullMarked
package io.wideevents.logging.javalin;

import org.jspecify.annotations.NullMarked;
