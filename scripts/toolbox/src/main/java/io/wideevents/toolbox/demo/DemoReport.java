package io.wideevents.toolbox.demo;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.wideevents.event.Outcome;
import io.wideevents.toolbox.terminal.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tables at the end of the demo. They are computed here because not every supported MongoDB has
 * percentiles.
 */
final class DemoReport {
  private static final int SLOWEST = 5;

  private final List<EventFacts> events;

  DemoReport(List<EventFacts> events) {
    this.events = List.copyOf(events);
  }

  /** One row per service, one column per outcome. */
  List<String> outcomesByService() {
    List<String> outcomes = Arrays.stream(Outcome.values()).map(Outcome::name).sorted().toList();
    List<String> headings = new ArrayList<>(List.of("service"));
    headings.addAll(outcomes);
    headings.add("events");
    Table table = new Table(headings.toArray(String[]::new));
    Map<String, List<EventFacts>> byService =
        events.stream().collect(groupingBy(EventFacts::service, TreeMap::new, toList()));
    byService.forEach(
        (service, itsEvents) -> {
          List<String> cells = new ArrayList<>(List.of(service));
          for (String outcome : outcomes) {
            cells.add(
                Table.count(itsEvents.stream().filter(e -> e.outcome().equals(outcome)).count()));
          }
          cells.add(Table.count(itsEvents.size()));
          table.add(cells);
        });
    return table.lines();
  }

  /** The slowest routes by their 95th percentile. */
  List<String> slowestRoutes() {
    Map<String, List<Double>> durations =
        events.stream()
            .filter(event -> event.durationMillis().isPresent())
            .collect(
                groupingBy(
                    event -> event.service() + "  " + event.route(),
                    mapping(event -> event.durationMillis().orElseThrow(), toList())));
    Table table = new Table("service and route", "events", "p50 ms", "p95 ms", "p99 ms");
    durations.entrySet().stream()
        .sorted(Comparator.comparingDouble(route -> -percentile(route.getValue(), 95)))
        .limit(SLOWEST)
        .forEach(
            route ->
                table.add(
                    List.of(
                        route.getKey(),
                        Table.count(route.getValue().size()),
                        Table.number(percentile(route.getValue(), 50)),
                        Table.number(percentile(route.getValue(), 95)),
                        Table.number(percentile(route.getValue(), 99)))));
    return table.lines();
  }

  /**
   * The smallest value that at least {@code percent} of all values do not exceed.
   *
   * @param values at least one
   */
  static double percentile(List<Double> values, int percent) {
    List<Double> sorted = values.stream().sorted().toList();
    int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
    return sorted.get(Math.max(0, rank - 1));
  }
}
