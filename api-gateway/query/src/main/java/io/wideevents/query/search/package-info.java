/** Finds stored events, the fields they have, and new events as they are stored. */
@NullMarked
package io.wideevents.query.search;

import org.jspecify.annotations.NullMarked;
