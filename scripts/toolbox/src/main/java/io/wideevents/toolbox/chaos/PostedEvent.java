package io.wideevents.toolbox.chaos;

import java.util.UUID;

/**
 * An event as a client posts it.
 *
 * @param id the id under which it must be stored
 * @param json the JSON of this event alone; must not change
 */
// The array is not copied. Instances are passed on once and are not compared.
@SuppressWarnings("ArrayRecordComponent")
record PostedEvent(UUID id, byte[] json) {}
