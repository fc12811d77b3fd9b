/** Log lines with a limited number and length, whatever causes them. */
@NullMarked
package io.wideevents.log;

import org.jspecify.annotations.NullMarked;
