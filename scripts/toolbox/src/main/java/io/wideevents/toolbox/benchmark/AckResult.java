package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.terminal.Table;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The result of {@code benchmark ack}.
 *
 * @param requestsPerSecond the requested rate
 * @param rows in the order of the phases, both modes of each
 */
record AckResult(double requestsPerSecond, List<AckRow> rows) {
  static final double TARGET = 2;

  AckResult {
    rows = List.copyOf(rows);
  }

  /**
   * While Kafka is down: a percentile with {@code MQ_ENABLED=true}, divided by the same percentile
   * with {@code MQ_ENABLED=false}.
   */
  double ratio(double percentile) {
    return window(AckBenchmark.KAFKA_DOWN, AckBenchmark.MQ_ON).millis(percentile)
        / window(AckBenchmark.KAFKA_DOWN, AckBenchmark.MQ_OFF).millis(percentile);
  }

  private Window window(String phase, String mode) {
    return rows.stream()
        .filter(row -> row.phase().equals(phase) && row.mode().equals(mode))
        .findFirst()
        .orElseThrow()
        .window();
  }

  List<String> lines() {
    Table table =
        new Table(
            "phase", "MQ_ENABLED", "requests", "failed", "per s", "p50 ms", "p99 ms", "max ms");
    for (AckRow row : rows) {
      Window window = row.window();
      table.add(
          List.of(
              row.phase(),
              row.mode(),
              String.format(Locale.ROOT, "%,d", window.requests()),
              String.format(Locale.ROOT, "%,d", window.failed()),
              number(window.perSecond()),
              number(window.millis(50)),
              number(window.millis(99)),
              number(window.maxMillis())));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Kafka down, against MQ_ENABLED=false in turns with it: p50 × %.2f, p99 × %.2f"
                + " (target: at most × %.0f)",
            ratio(50),
            ratio(99),
            TARGET));
    return lines;
  }

  String json() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeNumberProperty("requestsPerSecond", requestsPerSecond);
      json.writeArrayPropertyStart("rows");
      for (AckRow row : rows) {
        json.writeStartObject();
        json.writeStringProperty("phase", row.phase());
        json.writeStringProperty("mqEnabled", row.mode());
        WindowJson.write(json, row.window());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberProperty("kafkaDownP50Ratio", ratio(50));
      json.writeNumberProperty("kafkaDownP99Ratio", ratio(99));
      json.writeEndObject();
    }
    return text.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }
}
