/** The two processes of the pipeline, started as a person starts them: through their launchers. */
@NullMarked
package io.wideevents.toolbox.pipeline;

import org.jspecify.annotations.NullMarked;
