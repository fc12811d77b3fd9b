package io.wideevents.toolbox.shop;

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
  private static final String INK = "#1f2328";
  private static final List<Integer> TICKS =
      List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000);

  private final StringBuilder svg = new StringBuilder();
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
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="720" height="360" viewBox="0 0 720 360" \
        font-family="system-ui, sans-serif" font-size="12" role="img">
        <title>Response time of the demo shop by way of logging and delay of MongoDB</title>
        <rect width="720" height="360" rx="6" fill="#ffffff"/>
        """);
    text(LEFT, 24, "start", INK, "Response time, ms (log scale): bar p50, lighter p90 and p99");
    int x = LEFT;
    for (LogMode mode : LogMode.values()) {
      rect(x, 36, 12, 12, mode, 1);
      text(x + 18, 46, "start", INK, label(mode));
      x += 190;
    }
    for (int tick : TICKS) {
      if (tick >= least && tick <= most) {
        line(y(tick));
        text(LEFT - 8, y(tick) + 4, "end", "#59636e", Integer.toString(tick));
      }
    }
    List<Long> delays = rows.stream().map(LatencyRow::mongoDelayMillis).distinct().toList();
    double width = (double) (RIGHT - LEFT) / delays.size();
    for (int i = 0; i < delays.size(); i++) {
      group(delays.get(i), LEFT + (i + 0.5) * width);
    }
    return svg.append("</svg>\n").toString();
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
      text(x + BAR / 2.0, y(row.p99Millis()) - 6, "middle", INK, p50);
      x += BAR + GAP;
    }
    text(middle, HEIGHT - 20, "middle", INK, "MongoDB slowed by " + delay + " ms");
  }

  private void bar(LogMode mode, double x, double millis, double opacity) {
    rect(x, y(millis), BAR, BOTTOM - y(millis), mode, opacity);
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

  private void rect(double x, double y, double width, double height, LogMode mode, double opacity) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\""
                + " fill-opacity=\"%.2f\"/>%n",
            x,
            y,
            width,
            height,
            colour(mode),
            opacity));
  }

  private void line(double y) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#d0d7de\"/>%n",
            LEFT,
            RIGHT,
            y,
            y));
  }

  private void text(double x, double y, String anchor, String colour, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            colour,
            text));
  }
}
