/** The stored events: queries with limits of time and number, and the stream of new events. */
@NullMarked
package io.wideevents.query.store;

import org.jspecify.annotations.NullMarked;
