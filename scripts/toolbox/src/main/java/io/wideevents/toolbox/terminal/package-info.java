/** What a person at a terminal sees while something takes its time. */
@NullMarked
package io.wideevents.toolbox.terminal;

import org.jspecify.annotations.NullMarked;
