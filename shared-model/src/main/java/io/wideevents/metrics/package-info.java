/** The metrics that both processes publish at {@code /metrics}, in addition to their own. */
@NullMarked
package io.wideevents.metrics;

import org.jspecify.annotations.NullMarked;
