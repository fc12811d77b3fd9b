/** What both processes show at {@code /metrics}, whatever else they count. */
@NullMarked
package io.wideevents.metrics;

import org.jspecify.annotations.NullMarked;
