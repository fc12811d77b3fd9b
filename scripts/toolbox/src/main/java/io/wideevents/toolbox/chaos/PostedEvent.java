package io.wideevents.toolbox.chaos;

import java.util.UUID;

/**
 * An event as a client posts it.
 *
 * @param id the one it must be stored under
 * @param json its own bytes; must not change
 */
// Handed on once and never compared, so that the array is not copied is safe.
@SuppressWarnings("ArrayRecordComponent")
record PostedEvent(UUID id, byte[] json) {}
