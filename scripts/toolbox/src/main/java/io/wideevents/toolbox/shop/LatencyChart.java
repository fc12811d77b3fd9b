package io.wideevents.toolbox.shop;

import io.wideevents.toolbox.chart.Svg;
import io.wideevents.toolbox.chart.Svg.Anchor;
import java.util.List;
import java.util.Locale;

/**
 * Draws the response times of a comparison as SVG: one group of bars per delay of MongoDB, one bar
 * per mode, p50 in full colour, p90 and p99 lighter behind it, on a logarithmic axis. Readable on
 * light and on dark pages.
 */
final class LatencyChart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int RIGHT = WIDTH - 16;
  private static final int TOP = 64;
  private static final int BOTTOM = HEIGHT - 48;
  private static final int BAR = 40;
  private static final int GAP = 10;
  private static final List<Integer> TICKS =
      List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000);

  private final Svg svg =
      new Svg(
          WIDTH, HEIGHT, "Response time of the demo shop by way of logging and delay of MongoDB");
  private final List<LatencyRow> rows;
  private final double least;
  private final double most;

  LatencyChart(List<LatencyRow> rows) {
    this.rows = List.copyOf(rows);
    double lowest = rows.stream().mapToDouble(LatencyRow::p50Millis).min().orElse(1) / 2;
    double highest = rows.stream().mapToDouble(LatencyRow::p99Millis).max().orElse(1000) * 1.1;
    this.least = TICKS.stream().filter(tick -> tick <= lowest).reduce(1, (a, b) -> b);
    this.most = TICKS.stream().filter(tick -> tick >= highest).findFirst().orElse(5000);
  }

  /** The chart as SVG text. To be called once. */
  String svg() {
    svg.text(
        LEFT,
        24,
        Anchor.START,
        Svg.INK,
        "Response time, ms (log scale): bar p50, lighter p90 and p99");
    int x = LEFT;
    for (LogMode mode : LogMode.values()) {
      svg.rect(x, 36, 12, 12, colour(mode), 1);
      svg.text(x + 18, 46, Anchor.START, Svg.INK, label(mode));
      x += 190;
    }
    for (int tick : TICKS) {
      if (tick >= least && tick <= most) {
        svg.line(LEFT, y(tick), RIGHT, y(tick));
        svg.text(LEFT - 8, y(tick) + 4, Anchor.END, Svg.FAINT, Integer.toString(tick));
      }
    }
    List<Long> delays = rows.stream().map(LatencyRow::mongoDelayMillis).distinct().toList();
    double width = (double) (RIGHT - LEFT) / delays.size();
    for (int i = 0; i < delays.size(); i++) {
      group(delays.get(i), LEFT + (i + 0.5) * width);
    }
    return svg.file();
  }

  private void group(long delay, double middle) {
    List<LatencyRow> bars = rows.stream().filter(row -> row.mongoDelayMillis() == delay).toList();
    double x = middle - (bars.size() * (BAR + GAP) - GAP) / 2.0;
    for (LatencyRow row : bars) {
      bar(row.mode(), x, row.p99Millis(), 0.25);
      bar(row.mode(), x, row.p90Millis(), 0.35);
      bar(row.mode(), x, row.p50Millis(), 1);
      String p50 =
          String.format(Locale.ROOT, row.p50Millis() < 10 ? "%.1f" : "%.0f", row.p50Millis());
      svg.text(x + BAR / 2.0, y(row.p99Millis()) - 6, Anchor.MIDDLE, Svg.INK, p50);
      x += BAR + GAP;
    }
    svg.text(middle, HEIGHT - 20, Anchor.MIDDLE, Svg.INK, "MongoDB slowed by " + delay + " ms");
  }

  private void bar(LogMode mode, double x, double millis, double opacity) {
    svg.rect(x, y(millis), BAR, BOTTOM - y(millis), colour(mode), opacity);
  }

  private double y(double millis) {
    double share = (Math.log(millis) - Math.log(least)) / (Math.log(most) - Math.log(least));
    return BOTTOM - Math.clamp(share, 0, 1) * (BOTTOM - TOP);
  }

  private static String colour(LogMode mode) {
    return switch (mode) {
      case NONE -> "#8c959f";
      case MONGODB -> "#cf6a32";
      case KAFKA -> "#1f7a4d";
    };
  }

  private static String label(LogMode mode) {
    return switch (mode) {
      case NONE -> "no logging";
      case MONGODB -> "MongoDB, synchronous";
      case KAFKA -> "MQ_ENABLED=true";
    };
  }
}
