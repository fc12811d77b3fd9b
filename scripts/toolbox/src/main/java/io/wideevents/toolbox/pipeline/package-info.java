/**
 * The two processes of the pipeline, started through their launchers as a user starts them, and the
 * events that they stored.
 */
@NullMarked
package io.wideevents.toolbox.pipeline;

import org.jspecify.annotations.NullMarked;
