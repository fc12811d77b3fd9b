/**
 * What the benchmark compares the gateway and the worker with: programs that do the least that
 * their task allows. Each runs in its own JVM.
 */
@NullMarked
package io.wideevents.toolbox.benchmark.reference;

import org.jspecify.annotations.NullMarked;
