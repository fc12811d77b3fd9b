package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result of {@code benchmark ack}.
 *
 * @param requestsPerSecond the requested rate
 * @param rows in the order of the phases, both modes of each
 */
record AckResult(double requestsPerSecond, List<Row> rows) implements BenchmarkResult {
  private static final double TARGET = 2;

  AckResult {
    rows = List.copyOf(rows);
  }

  /**
   * One gateway in one phase.
   *
   * @param phase which servers were up
   * @param mode {@code MQ_ENABLED} of the gateway
   */
  record Row(String phase, String mode, Window window) {}

  // A percentile while Kafka is down: with MQ_ENABLED=true, divided by the value with
  // MQ_ENABLED=false.
  private double ratio(double percentile) {
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

  @Override
  public List<String> lines() {
    Table table =
        new Table(
            "phase", "MQ_ENABLED", "requests", "failed", "per s", "p50 ms", "p99 ms", "max ms");
    for (Row row : rows) {
      Window window = row.window();
      table.add(
          List.of(
              row.phase(),
              row.mode(),
              Table.count(window.requests()),
              Table.count(window.failed()),
              Table.number(window.perSecond()),
              Table.number(window.millis(50)),
              Table.number(window.millis(99)),
              Table.number(window.maxMillis())));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Kafka down, compared with MQ_ENABLED=false under the same load: p50 × %.2f,"
                + " p99 × %.2f (target: at most × %.0f)",
            ratio(50),
            ratio(99),
            TARGET));
    return lines;
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("requestsPerSecond", requestsPerSecond);
    ArrayNode list = json.putArray("rows");
    for (Row row : rows) {
      ObjectNode item = list.addObject().put("phase", row.phase()).put("mqEnabled", row.mode());
      row.window().writeTo(item);
    }
    return json.put("kafkaDownP50Ratio", ratio(50)).put("kafkaDownP99Ratio", ratio(99));
  }
}
