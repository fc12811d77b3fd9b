/**
 * Tail sampling: which finalized events are kept, decided by rules once it is known how the request
 * ended. Deterministic, so that every service decides alike about the same trace.
 */
@NullMarked
package io.wideevents.logging.sampling;

import org.jspecify.annotations.NullMarked;
