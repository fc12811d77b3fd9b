package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.chart.Svg;
import io.wideevents.toolbox.chart.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;

/** Draws horizontal bars with a mark at 1: the reference, or the target. */
final class SpeedChart {
  private static final int WIDTH = 800;
  private static final int LEFT = 370;
  private static final int RIGHT = WIDTH - 130;
  private static final int TOP = 56;
  private static final int ROW = 24;
  private static final int BAR = 14;
  // Longer bars are cut; the number beside them is not.
  private static final double LONGEST = 2.5;
  private static final String OURS = "#1f7a4d";
  private static final String MISSED = "#cf6a32";

  private SpeedChart() {}

  /**
   * One bar.
   *
   * @param value its length; 1 reaches the mark
   * @param text beside the bar
   */
  private record Bar(String label, double value, String text, String colour) {}

  /** What was measured, divided by the reference. */
  static String ratios(SpeedReport report) {
    List<Bar> bars = new ArrayList<>();
    for (SpeedReport.Part part : report.parts()) {
      for (Comparison comparison : part.comparisons()) {
        double ratio = comparison.ratio().median();
        bars.add(
            new Bar(
                comparison.figure() + " / " + part.reference(),
                ratio,
                "× " + SpeedReport.number(ratio),
                OURS));
      }
    }
    return draw("Ours divided by the reference, medians of alternate rounds", "reference", bars);
  }

  /** What was measured, divided by the target. */
  static String targets(SpeedReport report) {
    List<Bar> bars =
        report
            .goals()
            .map(
                goal ->
                    new Bar(
                        goal.name(),
                        goal.measured() == 0 ? 0 : goal.measured() / goal.limit(),
                        "%s (%s %s %s)"
                            .formatted(
                                SpeedReport.number(goal.measured()),
                                goal.bound().sign(),
                                SpeedReport.number(goal.limit()),
                                goal.unit()),
                        goal.isMet() ? OURS : MISSED))
            .toList();
    return draw("Measured divided by the target: green is met", "target", bars);
  }

  private static String draw(String title, String mark, List<Bar> bars) {
    int bottom = TOP + bars.size() * ROW;
    Svg svg = new Svg(WIDTH, bottom + 16, title);
    svg.text(16, 24, Anchor.START, Svg.INK, title);
    svg.text(x(1), TOP - 8, Anchor.MIDDLE, Svg.FAINT, mark);
    double y = TOP;
    for (Bar bar : bars) {
      svg.text(LEFT - 8, y + BAR - 2, Anchor.END, Svg.INK, bar.label());
      // A value that could not be measured has no bar.
      double length = Double.isNaN(bar.value()) ? 0 : x(bar.value()) - LEFT;
      svg.rect(LEFT, y, length, BAR, bar.colour(), 1);
      svg.text(LEFT + length + 6, y + BAR - 2, Anchor.START, Svg.FAINT, bar.text());
      y += ROW;
    }
    svg.line(x(1), TOP - 4, x(1), bottom);
    return svg.file();
  }

  private static double x(double value) {
    return LEFT + Math.min(value, LONGEST) / LONGEST * (RIGHT - LEFT);
  }
}
