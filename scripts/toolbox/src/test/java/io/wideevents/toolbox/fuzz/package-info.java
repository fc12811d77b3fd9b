/** Generated requests against a gateway of its own process. */
@NullMarked
package io.wideevents.toolbox.fuzz;

import org.jspecify.annotations.NullMarked;
