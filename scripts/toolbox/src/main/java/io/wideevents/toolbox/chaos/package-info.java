/**
 * {@code scripts/chaos}: posts events to a real pipeline while its processes are killed, frozen and
 * restarted, and then compares the stored events with the acknowledged events.
 */
@NullMarked
package io.wideevents.toolbox.chaos;

import org.jspecify.annotations.NullMarked;
