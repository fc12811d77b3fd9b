package io.wideevents.toolbox.shop;

import java.util.List;
import java.util.Locale;

/**
 * Draws the response times of a comparison: one group of bars per delay of MongoDB, one bar per
 * mode, p50 in full colour, p90 and p99 lighter behind it, on a logarithmic axis. Readable on light
 * and on dark pages.
 */
final class LatencyChart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int RIGHT = 16;
  private static final int TOP = 64;
  private static final int BOTTOM = 48;
  private static final int BAR = 40;
  private static final int GAP = 10;
  private static final double[] TICKS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

  private final List<LatencyRow> rows;
  private final double least;
  private final double most;

  LatencyChart(List<LatencyRow> rows) {
    this.rows = List.copyOf(rows);
    double lowest = rows.stream().mapToDouble(LatencyRow::p50Millis).min().orElse(1);
    double highest = rows.stream().mapToDouble(LatencyRow::p99Millis).max().orElse(1000);
    this.least = tick(lowest / 2, false);
    this.most = tick(highest * 1.1, true);
  }

  /** The chart as SVG text. */
  String svg() {
    StringBuilder svg = new StringBuilder(8192);
    add(
        svg,
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                + " font-family=\"system-ui, sans-serif\" font-size=\"12\" role=\"img\">",
            WIDTH,
            HEIGHT,
            WIDTH,
            HEIGHT));
    svg.append(
        "<title>Response time of the demo shop by way of logging and delay of MongoDB</title>");
    add(
        svg,
        String.format(
            Locale.ROOT,
            "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#ffffff\"/>",
            WIDTH,
            HEIGHT));
    text(
        svg,
        LEFT,
        24,
        "start",
        "#1f2328",
        "Response time, ms (log scale): bar p50, lighter p90 and p99");
    legend(svg);
    axis(svg);
    List<Long> delays = rows.stream().map(LatencyRow::mongoDelayMillis).distinct().toList();
    double groupWidth = (WIDTH - LEFT - RIGHT) / (double) delays.size();
    for (int i = 0; i < delays.size(); i++) {
      group(svg, delays.get(i), LEFT + i * groupWidth, groupWidth);
    }
    return svg.append("</svg>\n").toString();
  }

  private void legend(StringBuilder svg) {
    int x = LEFT;
    for (LogMode mode : LogMode.values()) {
      add(
          svg,
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"36\" width=\"12\" height=\"12\" fill=\"%s\"/>",
              x,
              colour(mode)));
      text(svg, x + 18, 46, "start", "#1f2328", label(mode));
      x += 190;
    }
  }

  private void axis(StringBuilder svg) {
    for (double tick : TICKS) {
      if (tick >= least && tick <= most) {
        double y = y(tick);
        add(
            svg,
            String.format(
                Locale.ROOT,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#d0d7de\"/>",
                LEFT,
                WIDTH - RIGHT,
                y,
                y));
        text(svg, LEFT - 8, y + 4, "end", "#59636e", String.format(Locale.ROOT, "%.0f", tick));
      }
    }
  }

  private void group(StringBuilder svg, long delay, double from, double width) {
    List<LatencyRow> bars = rows.stream().filter(row -> row.mongoDelayMillis() == delay).toList();
    double x = from + (width - bars.size() * (BAR + GAP) + GAP) / 2;
    for (LatencyRow row : bars) {
      bar(svg, row, x, row.p99Millis(), 0.25);
      bar(svg, row, x, row.p90Millis(), 0.35);
      bar(svg, row, x, row.p50Millis(), 1);
      text(
          svg,
          x + BAR / 2.0,
          y(row.p99Millis()) - 6,
          "middle",
          "#1f2328",
          String.format(Locale.ROOT, row.p50Millis() < 10 ? "%.1f" : "%.0f", row.p50Millis()));
      x += BAR + GAP;
    }
    text(
        svg,
        from + width / 2,
        HEIGHT - 20,
        "middle",
        "#1f2328",
        "MongoDB slowed by " + delay + " ms");
  }

  private void bar(StringBuilder svg, LatencyRow row, double x, double millis, double opacity) {
    double y = y(millis);
    add(
        svg,
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\" fill-opacity=\"%.2f\"/>",
            x,
            y,
            BAR,
            HEIGHT - BOTTOM - y,
            colour(row.mode()),
            opacity));
  }

  private double y(double millis) {
    double share = (Math.log(millis) - Math.log(least)) / (Math.log(most) - Math.log(least));
    return HEIGHT - BOTTOM - Math.clamp(share, 0, 1) * (HEIGHT - BOTTOM - TOP);
  }

  private static double tick(double value, boolean above) {
    double found = TICKS[above ? TICKS.length - 1 : 0];
    for (double tick : TICKS) {
      if (above && tick >= value) {
        return tick;
      }
      if (!above && tick <= value) {
        found = tick;
      }
    }
    return found;
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

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String colour, String text) {
    add(
        svg,
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
            x,
            y,
            anchor,
            colour,
            text));
  }

  private static void add(StringBuilder svg, String element) {
    svg.append(element).append('\n');
  }
}
