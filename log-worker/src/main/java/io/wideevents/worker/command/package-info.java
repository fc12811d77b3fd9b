/**
 * What an operator sees and mends from the command line. Standard output is data, standard error is
 * talk; exit codes are those of {@link io.wideevents.process.ExitCode}.
 */
@NullMarked
package io.wideevents.worker.command;

import org.jspecify.annotations.NullMarked;
