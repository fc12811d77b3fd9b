/**
 * The load of every command: one schedule, one generator, one client of the gateway and one way to
 * measure response times.
 */
@NullMarked
package io.wideevents.toolbox.load;

import org.jspecify.annotations.NullMarked;
