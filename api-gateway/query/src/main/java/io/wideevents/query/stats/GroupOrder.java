package io.wideevents.query.stats;

import io.wideevents.query.QueryException;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The order of groups: by the result of a calculation, with groups without a result last. Equal
 * groups are ordered by descending count, then by their values.
 */
record GroupOrder(Calculation by, boolean isDescending) {

  /**
   * @param text a calculation of the query, {@code count} or {@code error_rate}; with {@code -} in
   *     front for the largest first
   * @throws QueryException {@code body_invalid}
   */
  static GroupOrder parse(String text, List<Calculation> calculations) {
    boolean isDescending = text.startsWith("-");
    String name = isDescending ? text.substring(1) : text;
    Optional<Calculation> named =
        calculations.stream().filter(each -> each.name().equals(name)).findFirst();
    if (named.isPresent()) {
      return new GroupOrder(named.get(), isDescending);
    }
    return switch (name) {
      case "count", "error_rate" -> new GroupOrder(Calculation.parse(name), isDescending);
      default ->
          throw QueryException.bodyInvalid(
              "orderBy is not a calculation of the query",
              "Write count, error_rate or an element of calculate, with - in front for the"
                  + " largest first");
    };
  }

  /** Whether the groups with the most events come first, which MongoDB can sort and limit. */
  boolean isMostEventsFirst() {
    return by.function() == Function.COUNT && isDescending;
  }

  /** Whether the order needs more than the figures of one cell for each group and outcome. */
  boolean needsDetails() {
    return by.function().isPercentile() || by.function() == Function.DISTINCT;
  }

  Comparator<Map.Entry<GroupKey, Totals>> comparator() {
    Comparator<BigDecimal> values =
        isDescending ? Comparator.reverseOrder() : Comparator.naturalOrder();
    Comparator<Map.Entry<GroupKey, Totals>> byValue =
        Comparator.comparing(this::value, Comparator.nullsLast(values));
    return byValue
        .thenComparing(entry -> entry.getValue().weight(), Comparator.reverseOrder())
        .thenComparing(Map.Entry::getKey);
  }

  private @Nullable BigDecimal value(Map.Entry<GroupKey, Totals> group) {
    return group.getValue().value(by);
  }
}
