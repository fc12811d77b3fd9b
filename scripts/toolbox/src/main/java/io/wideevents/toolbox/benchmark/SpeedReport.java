package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The result of the measurements that have targets. */
record SpeedReport(List<Part> parts) implements BenchmarkResult {
  SpeedReport {
    parts = List.copyOf(parts);
  }

  /** The result of one measurement alone. */
  static SpeedReport of(Part part) {
    return new SpeedReport(List.of(part));
  }

  /**
   * The result of one measurement.
   *
   * @param reference the name of what ours is compared with; empty if it is compared with nothing
   */
  record Part(String name, String reference, List<Comparison> comparisons, List<Goal> goals) {
    Part {
      comparisons = List.copyOf(comparisons);
      goals = List.copyOf(goals);
    }
  }

  Stream<Goal> goals() {
    return parts.stream().flatMap(part -> part.goals().stream());
  }

  @Override
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Part part : parts) {
      if (!part.comparisons().isEmpty()) {
        lines.addAll(comparisonLines(part));
        lines.add("");
      }
    }
    Table table = new Table("target", "measured", "target", "");
    goals()
        .forEach(
            goal ->
                table.add(
                    List.of(
                        goal.name(),
                        number(goal.measured()) + " " + goal.unit(),
                        goal.bound().sign() + " " + number(goal.limit()) + " " + goal.unit(),
                        goal.isMet() ? "met" : "missed")));
    lines.addAll(table.lines());
    return lines;
  }

  private static List<String> comparisonLines(Part part) {
    Table table =
        new Table(part.name(), "ours", part.reference(), "ratio", "quartiles", "disturbed");
    for (Comparison comparison : part.comparisons()) {
      Quartiles ratio = comparison.ratio();
      table.add(
          List.of(
              comparison.figure(),
              number(comparison.ours().median()),
              number(comparison.reference().median()),
              number(ratio.median()),
              number(ratio.lower()) + " - " + number(ratio.upper()),
              comparison.disturbed() + " of " + comparison.pairs().size()));
    }
    return table.lines();
  }

  // Three digits are more than the measurements are worth.
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "?";
    }
    String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, format, value);
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode list = json.putArray("parts");
    for (Part part : parts) {
      ObjectNode item =
          list.addObject().put("part", part.name()).put("reference", part.reference());
      ArrayNode comparisons = item.putArray("comparisons");
      part.comparisons().forEach(comparison -> comparison.writeTo(comparisons.addObject()));
      ArrayNode goals = item.putArray("targets");
      part.goals().forEach(goal -> goal.writeTo(goals.addObject()));
    }
    return json;
  }
}
