/**
 * What all parts of the query side share: the time range of a query and the problem that a caller
 * reads.
 */
@NullMarked
package io.wideevents.query;

import org.jspecify.annotations.NullMarked;
