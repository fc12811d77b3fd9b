/** Drawings for the documentation. */
@NullMarked
package io.wideevents.toolbox.chart;

import org.jspecify.annotations.NullMarked;
