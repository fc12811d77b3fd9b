/**
 * The operator's commands. Data goes to standard output, messages to standard error. Exit codes are
 * those of {@link io.wideevents.process.ExitCode}.
 */
@NullMarked
package io.wideevents.worker.command;

import org.jspecify.annotations.NullMarked;
