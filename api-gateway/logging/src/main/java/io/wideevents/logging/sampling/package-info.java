/**
 * Tail sampling: rules decide after the end of a request whether its event is kept. The decision is
 * deterministic, so that all services decide alike about one trace.
 */
@NullMarked
package io.wideevents.logging.sampling;

import org.jspecify.annotations.NullMarked;
