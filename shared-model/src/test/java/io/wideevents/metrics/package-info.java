/** Holds what the documentation says of metrics against what processes show. */
@NullMarked
package io.wideevents.metrics;

import org.jspecify.annotations.NullMarked;
