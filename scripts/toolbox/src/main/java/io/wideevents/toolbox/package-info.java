/** Tools around the pipeline: sample traffic, the demo, fault runs, benchmarks. */
@NullMarked
package io.wideevents.toolbox;

import org.jspecify.annotations.NullMarked;
