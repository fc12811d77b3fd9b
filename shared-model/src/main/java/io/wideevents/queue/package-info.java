/** A bounded queue with a sender thread. */
@NullMarked
package io.wideevents.queue;

import org.jspecify.annotations.NullMarked;
