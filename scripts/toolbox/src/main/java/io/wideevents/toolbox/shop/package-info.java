/**
 * A small shop that leaves one wide event per request, by the plugin any Javalin service can use,
 * and the measurement of what that costs its response times.
 */
@NullMarked
package io.wideevents.toolbox.shop;

import org.jspecify.annotations.NullMarked;
