/** {@code scripts/demo}: the whole pipeline on this machine. */
@NullMarked
package io.wideevents.toolbox.demo;

import org.jspecify.annotations.NullMarked;
