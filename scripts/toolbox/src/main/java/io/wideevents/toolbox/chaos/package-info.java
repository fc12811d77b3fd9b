/**
 * {@code scripts/chaos}: posts events to a real pipeline while its parts are killed, frozen and
 * restarted, then holds what is stored against what was acknowledged.
 */
@NullMarked
package io.wideevents.toolbox.chaos;

import org.jspecify.annotations.NullMarked;
