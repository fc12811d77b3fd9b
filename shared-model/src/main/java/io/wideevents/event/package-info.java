/**
 * The wide event as both processes see it: its identity, its computed parts ({@link
 * io.wideevents.event.Summary}), its limits, and the problems an event can have. Values only; how
 * an event is read and written is in {@code io.wideevents.codec}.
 */
@NullMarked
package io.wideevents.event;

import org.jspecify.annotations.NullMarked;
