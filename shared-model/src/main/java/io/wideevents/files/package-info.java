/**
 * Files of a running gateway: reads small files again when they change (keys and certificates), and
 * creates files that only their owner may read.
 */
@NullMarked
package io.wideevents.files;

import org.jspecify.annotations.NullMarked;
