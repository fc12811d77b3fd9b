/** Terminal output: progress, tables, and outputs that end with the command. */
@NullMarked
package io.wideevents.toolbox.terminal;

import org.jspecify.annotations.NullMarked;
