package io.wideevents.query.stats;

import io.wideevents.query.JsonBody;
import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import io.wideevents.query.filter.Filter;
import io.wideevents.query.filter.QueryField;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A checked body of {@code POST /v1/query}.
 *
 * @param calculations without repetitions; at least one
 * @param groupBy fields to group by, each under the name that the caller wrote
 * @param intervals empty if no series is asked for
 * @param limit of the groups, 1 to 200
 * @param order of the groups
 * @param heatmap field of the heatmap; empty if none is asked for
 */
public record StatsRequest(
    Filter filter,
    TimeRange range,
    List<Calculation> calculations,
    Map<String, QueryField> groupBy,
    Optional<Intervals> intervals,
    int limit,
    GroupOrder order,
    Optional<QueryField> heatmap) {
  private static final int MAX_CALCULATIONS = 10;
  private static final int MAX_FIELDS = 3;
  private static final int MAX_LIMIT = 200;
  private static final int DEFAULT_LIMIT = 20;
  private static final Set<String> MEMBERS =
      Set.of(
          "filter", "from", "to", "calculate", "groupBy", "series", "limit", "orderBy", "heatmap");

  /**
   * Reads the body.
   *
   * @param now the time that {@code now} and relative times refer to
   * @throws QueryException 400, with the member that cannot be used
   */
  public static StatsRequest parse(byte[] body, Instant now) {
    JsonBody json = JsonBody.parse(body, MEMBERS);
    TimeRange range =
        TimeRange.parse(json.text("from").orElse(null), json.text("to").orElse(null), now);
    List<Calculation> calculations = calculations(json);
    Map<String, QueryField> groupBy = new LinkedHashMap<>();
    json.texts("groupBy", MAX_FIELDS).forEach(name -> groupBy.put(name, QueryField.parse(name)));
    if (new HashSet<>(groupBy.values()).size() < json.texts("groupBy", MAX_FIELDS).size()) {
      throw json.wrong("groupBy", "names a field twice", "Name each field once");
    }
    Optional<QueryField> heatmap = json.text("heatmap").map(QueryField::parse);
    Optional<Intervals> intervals = intervals(json, range);
    if (heatmap.isPresent() && intervals.isEmpty()) {
      throw json.wrong("heatmap", "needs a series", "Send series: auto, or leave heatmap out");
    }
    return new StatsRequest(
        Filter.parse(json.text("filter").orElse("")),
        range,
        calculations,
        groupBy,
        intervals,
        json.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
        GroupOrder.parse(json.text("orderBy").orElse("-count"), calculations),
        heatmap);
  }

  /** The paths of the fields to group by. */
  List<String> groupPaths() {
    return groupBy.values().stream().map(QueryField::path).toList();
  }

  /** The paths of the fields of which this kind of calculation is asked for, each once. */
  List<String> paths(Predicate<Function> kind) {
    return calculations.stream()
        .filter(calculation -> kind.test(calculation.function()))
        .map(Calculation::path)
        .distinct()
        .toList();
  }

  private static List<Calculation> calculations(JsonBody json) {
    List<Calculation> calculations = new ArrayList<>();
    for (String text : json.texts("calculate", MAX_CALCULATIONS)) {
      Calculation calculation = Calculation.parse(text);
      if (!calculations.contains(calculation)) {
        calculations.add(calculation);
      }
    }
    return calculations.isEmpty() ? List.of(Calculation.COUNT) : List.copyOf(calculations);
  }

  private static Optional<Intervals> intervals(JsonBody json, TimeRange range) {
    String series = json.text("series").orElse("none");
    return switch (series) {
      case "none" -> Optional.empty();
      case "auto" -> Optional.of(Intervals.auto(range));
      default -> Optional.of(Intervals.parse(range, series));
    };
  }
}
