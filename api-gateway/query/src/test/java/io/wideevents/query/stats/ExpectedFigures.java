package io.wideevents.query.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.Outcome;
import io.wideevents.query.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** The figures of a request, computed in the simplest way over a list of all events. */
final class ExpectedFigures {
  private final StatsRequest request;
  private final List<BsonDocument> events;

  ExpectedFigures(StatsRequest request, List<BsonDocument> all) {
    this.request = request;
    boolean isFiltered = request.filter().condition().containsKey("service");
    this.events =
        all.stream()
            .filter(event -> time(event) >= request.range().from().toEpochMilli())
            .filter(event -> time(event) < request.range().to().toEpochMilli())
            .filter(event -> !isFiltered || event.getString("service").getValue().equals("shop"))
            .toList();
  }

  void compareTotal(String body, StatsResult result) {
    compare(body + " total", events, result.total());
  }

  void compareSeries(String body, StatsResult result) {
    if (request.intervals().isEmpty()) {
      assertThat(result.series()).isEmpty();
      return;
    }
    Intervals intervals = request.intervals().get();
    assertThat(result.series()).hasSize(intervals.count());
    int seen = 0;
    for (int i = 0; i < intervals.count(); i++) {
      long from = intervals.at(i).toEpochMilli();
      List<BsonDocument> part =
          events.stream()
              .filter(event -> time(event) >= from)
              .filter(event -> time(event) < from + intervals.stepMillis())
              .toList();
      compare(body + " at " + intervals.at(i), part, result.series().get(i));
      seen += part.size();
    }
    assertThat(seen).as("events in the intervals").isEqualTo(events.size());
  }

  void compareGroups(String body, StatsResult result) {
    if (request.groupBy().isEmpty()) {
      assertThat(result.groups()).isEmpty();
      return;
    }
    Map<GroupKey, List<BsonDocument>> groups = new HashMap<>();
    for (BsonDocument event : events) {
      List<BsonValue> values =
          request.groupPaths().stream()
              .map(path -> value(event, path))
              .map(value -> value == null ? BsonNull.VALUE : value)
              .toList();
      groups.computeIfAbsent(GroupKey.of(values), key -> new ArrayList<>()).add(event);
    }
    assertThat(result.groups()).as(body).hasSize(Math.min(request.limit(), groups.size()));
    assertThat(result.hasMoreGroups()).isEqualTo(groups.size() > request.limit());
    double least = Double.MAX_VALUE;
    for (Map.Entry<GroupKey, Totals> group : result.groups()) {
      assertThat(groups).containsKey(group.getKey());
      List<BsonDocument> members = groups.getOrDefault(group.getKey(), List.of());
      compare(body + " " + group.getKey(), members, group.getValue());
      assertThat(group.getValue().weight()).as(body).isLessThanOrEqualTo(least);
      least = group.getValue().weight();
    }
  }

  private void compare(String what, List<BsonDocument> part, Totals totals) {
    for (Calculation calculation : request.calculations()) {
      String description = calculation.name() + " of " + what;
      BigDecimal actual = totals.value(calculation);
      Double expected = expected(calculation, part);
      if (expected == null) {
        assertThat(actual).as(description).isNull();
      } else {
        double found = actual == null ? Double.NaN : actual.doubleValue();
        double relative = calculation.function().isPercentile() ? 0.01 : 1e-9;
        assertThat(Math.abs(found - expected))
            .as("%s: expected %s but was %s", description, expected, actual)
            .isLessThanOrEqualTo(Math.abs(expected) * relative);
      }
    }
    for (Outcome outcome : Outcome.values()) {
      double weight =
          part.stream()
              .filter(event -> outcome(event).equals(outcome.name()))
              .mapToDouble(ExpectedFigures::weight)
              .sum();
      assertThat(totals.outcome(outcome)).as(what).isEqualTo(weight);
    }
  }

  private static @Nullable Double expected(Calculation calculation, List<BsonDocument> part) {
    double all = part.stream().mapToDouble(ExpectedFigures::weight).sum();
    return switch (calculation.function()) {
      case COUNT -> all;
      case ERROR_RATE ->
          part.isEmpty()
              ? null
              : Double.valueOf(
                  part.stream()
                          .filter(event -> outcome(event).equals("FAILED"))
                          .mapToDouble(ExpectedFigures::weight)
                          .sum()
                      / all);
      case DISTINCT -> {
        Set<GroupKey> values = new HashSet<>();
        for (BsonDocument event : part) {
          BsonValue value = value(event, calculation.path());
          if (value != null && !value.isNull()) {
            values.add(GroupKey.of(List.of(value)));
          }
        }
        yield (double) values.size();
      }
      case AVG, MIN, MAX, SUM, P50, P90, P95, P99 -> ofNumbers(calculation, part);
    };
  }

  private record Weighed(double number, BigDecimal exact, double weight) {}

  private static @Nullable Double ofNumbers(Calculation calculation, List<BsonDocument> part) {
    List<Weighed> numbers = new ArrayList<>();
    for (BsonDocument event : part) {
      BsonValue value = value(event, calculation.path());
      BigDecimal exact = Numbers.exact(value);
      if (exact != null) {
        numbers.add(new Weighed(exact.doubleValue(), exact, weight(event)));
      }
    }
    if (numbers.isEmpty()) {
      return null;
    }
    numbers.sort(Comparator.comparingDouble(Weighed::number));
    double all = numbers.stream().mapToDouble(Weighed::weight).sum();
    double sum =
        numbers.stream()
            .map(each -> each.exact.multiply(BigDecimal.valueOf(each.weight)))
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .doubleValue();
    return switch (calculation.function()) {
      case AVG -> sum / all;
      case MIN -> numbers.getFirst().number;
      case MAX -> numbers.getLast().number;
      case SUM -> sum;
      case P50 -> percentile(numbers, 50, all);
      case P90 -> percentile(numbers, 90, all);
      case P95 -> percentile(numbers, 95, all);
      case P99 -> percentile(numbers, 99, all);
      case COUNT, ERROR_RATE, DISTINCT -> throw new AssertionError(calculation);
    };
  }

  // The nearest rank, in whole numbers: the weights are whole.
  private static double percentile(List<Weighed> numbers, int percent, double all) {
    double below = 0;
    for (Weighed each : numbers) {
      below += each.weight;
      if (below * 100 >= percent * all) {
        return each.number;
      }
    }
    throw new AssertionError("No number at " + percent);
  }

  private static long time(BsonDocument event) {
    return event.getDateTime("timestamp").getValue();
  }

  private static String outcome(BsonDocument event) {
    return event.getDocument("_ingest").getString("outcome").getValue();
  }

  private static double weight(BsonDocument event) {
    return event.containsKey("_sampling")
        ? event.getDocument("_sampling").getNumber("rate").doubleValue()
        : 1;
  }

  private static @Nullable BsonValue value(BsonDocument event, String path) {
    BsonValue value = event;
    for (String name : path.split("\\.", -1)) {
      value = value != null && value.isDocument() ? value.asDocument().get(name) : null;
    }
    return value;
  }
}
