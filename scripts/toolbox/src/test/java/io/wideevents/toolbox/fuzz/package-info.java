/** Generated requests against a gateway in a separate process. */
@NullMarked
package io.wideevents.toolbox.fuzz;

import org.jspecify.annotations.NullMarked;
