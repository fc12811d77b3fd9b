/**
 * The behaviour that all processes share: exit codes, log output, signals, an orderly shutdown, and
 * a command line that reports mistakes without stack traces.
 */
@NullMarked
package io.wideevents.process;

import org.jspecify.annotations.NullMarked;
