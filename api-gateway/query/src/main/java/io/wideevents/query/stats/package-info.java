/**
 * Statistics of events: counts, rates, percentiles and distinct values, in total, over time and by
 * group. MongoDB computes partial results in one pass over the events; this package adds them up.
 */
@NullMarked
package io.wideevents.query.stats;

import org.jspecify.annotations.NullMarked;
