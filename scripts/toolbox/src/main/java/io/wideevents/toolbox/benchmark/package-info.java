/**
 * Repeatable benchmarks. {@code scripts/benchmark} runs those that need whole processes, and the
 * codec. JMH runs the others from the toolbox's class path; {@code org.openjdk.jmh.Main} takes the
 * name of one and JMH's options.
 */
@NullMarked
package io.wideevents.toolbox.benchmark;

import org.jspecify.annotations.NullMarked;
