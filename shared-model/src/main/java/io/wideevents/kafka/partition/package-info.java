/**
 * Reads single partitions without a consumer. A consumer allocates memory for a record of any size;
 * this reader skips the bytes of a record beyond a limit.
 */
@NullMarked
package io.wideevents.kafka.partition;

import org.jspecify.annotations.NullMarked;
