/** What surrounds the pipeline: sample traffic, the demo, measurements. */
@NullMarked
package io.wideevents.toolbox;

import org.jspecify.annotations.NullMarked;
