/** What surrounds the pipeline: sample traffic, the demo, fault runs, measurements. */
@NullMarked
package io.wideevents.toolbox;

import org.jspecify.annotations.NullMarked;
