/**
 * Decides which offsets may be committed: per partition, the longest prefix of records that are
 * stored or dead-lettered. All code in this package belongs to the polling thread.
 */
@NullMarked
package io.wideevents.worker.offset;

import org.jspecify.annotations.NullMarked;
