/**
 * A small shop that logs one wide event per request through the library's Javalin plugin, and the
 * measurement of the effect on its response times.
 */
@NullMarked
package io.wideevents.toolbox.shop;

import org.jspecify.annotations.NullMarked;
