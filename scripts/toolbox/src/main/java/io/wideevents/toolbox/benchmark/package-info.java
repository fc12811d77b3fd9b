/**
 * What a claim about speed rests on: benchmarks that anyone can run again. JMH runs them from the
 * toolbox's class path; {@code org.openjdk.jmh.Main} takes the name of one and JMH's options.
 */
@NullMarked
package io.wideevents.toolbox.benchmark;

import org.jspecify.annotations.NullMarked;
