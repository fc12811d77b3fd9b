package io.wideevents.toolbox.shop;

import io.wideevents.toolbox.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats the result of a comparison as text. */
final class LatencyReport {
  private final List<LatencyRow> rows;

  LatencyReport(List<LatencyRow> rows) {
    this.rows = List.copyOf(rows);
  }

  /** The table and the conclusions from it. */
  List<String> lines() {
    Table table =
        new Table(
            "MongoDB slowed by",
            "logging",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "CPU ms",
            "requests",
            "failed");
    for (LatencyRow row : rows) {
      table.add(
          List.of(
              row.mongoDelayMillis() + " ms",
              row.mode().label(),
              millis(row.p50Millis()),
              millis(row.p90Millis()),
              millis(row.p99Millis()),
              millis(row.cpuMillisPerRequest()),
              Long.toString(row.requests()),
              Long.toString(row.failures())));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add("");
    for (LatencyRow row : rows) {
      if (row.mode() == LogMode.KAFKA) {
        lines.add(conclusion(row));
      }
    }
    return lines;
  }

  private String conclusion(LatencyRow kafka) {
    LatencyRow none = at(kafka.mongoDelayMillis(), LogMode.NONE);
    LatencyRow mongodb = at(kafka.mongoDelayMillis(), LogMode.MONGODB);
    return String.format(
        Locale.ROOT,
        "MongoDB slowed by %d ms: response time cut by %.0f %% at p50 and %.0f %% at p99 against"
            + " synchronous MongoDB; against no logging at all, %+.2f ms at p50 and %+.2f ms at p99",
        kafka.mongoDelayMillis(),
        100 * kafka.cutFrom(mongodb),
        100 * (1 - kafka.p99Millis() / mongodb.p99Millis()),
        kafka.p50Millis() - none.p50Millis(),
        kafka.p99Millis() - none.p99Millis());
  }

  private LatencyRow at(long delay, LogMode mode) {
    return rows.stream()
        .filter(row -> row.mongoDelayMillis() == delay && row.mode() == mode)
        .findFirst()
        .orElseThrow();
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
