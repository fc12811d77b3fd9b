/**
 * What makes a program a well-behaved process: exit codes, log output, signals and an orderly end,
 * and a command line that reports mistakes without stack traces. The same for every process, so
 * that an operator learns it once.
 */
@NullMarked
package io.wideevents.process;

import org.jspecify.annotations.NullMarked;
