/**
 * The wide event as both processes use it: its identity, its computed parts ({@link
 * io.wideevents.event.Summary}), its limits, and the problems an event can have. Contains values
 * only; {@code io.wideevents.codec} reads and writes events.
 */
@NullMarked
package io.wideevents.event;

import org.jspecify.annotations.NullMarked;
