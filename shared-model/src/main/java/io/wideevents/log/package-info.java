/** Log lines whose number and length are bounded, whatever causes them. */
@NullMarked
package io.wideevents.log;

import org.jspecify.annotations.NullMarked;
