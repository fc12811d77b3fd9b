/**
 * Which offsets may be committed: per partition only the longest prefix of records that are stored
 * or dead-lettered. Everything here belongs to the polling thread.
 */
@NullMarked
package io.wideevents.worker.offset;

import org.jspecify.annotations.NullMarked;
