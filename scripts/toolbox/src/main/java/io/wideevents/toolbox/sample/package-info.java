/**
 * Sample traffic: the wide events of a small shop, the same bytes for the same seed and start, sent
 * to the gateway or written to a file.
 */
@NullMarked
package io.wideevents.toolbox.sample;

import org.jspecify.annotations.NullMarked;
