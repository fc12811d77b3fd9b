package io.wideevents.query.compare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field and how its values differ.
 *
 * @param score of its most different value, 0 to 1
 * @param isNumber whether the values are ranges of numbers
 * @param missing the events without the field
 * @param values the most different first; for ranges, the others in the order of the numbers
 */
record RankedField(
    String field, double score, boolean isNumber, Difference missing, List<Value> values) {

  /**
   * @param text null for a missing field
   * @param filter finds the events with the value; null if the grammar has none
   */
  record Value(@Nullable String text, @Nullable String filter, Difference difference) {}
}
