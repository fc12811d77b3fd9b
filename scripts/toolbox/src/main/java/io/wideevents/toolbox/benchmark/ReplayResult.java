package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.terminal.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result of {@code benchmark replay}.
 *
 * @param spooled events that were put into the spool
 * @param filling how long it took to fill the spool, including the first requests' attempts to
 *     reach the stopped servers
 * @param replayed spooled events that were still in the spool when measuring began
 * @param replaying how long their replay took, rounded up to the next poll
 * @param before live requests with an empty spool
 * @param meanwhile live requests during the replay
 * @param after live requests with an empty spool again
 */
record ReplayResult(
    long spooled,
    Duration filling,
    long replayed,
    Duration replaying,
    Window before,
    Window meanwhile,
    Window after)
    implements BenchmarkResult {
  private static final double TARGET = 2;

  double filledPerSecond() {
    return spooled / (filling.toNanos() / 1e9);
  }

  double replayedPerSecond() {
    return replayed / (replaying.toNanos() / 1e9);
  }

  /**
   * A percentile of live requests during the replay, divided by the same percentile without one.
   */
  double ratio(double percentile) {
    return meanwhile.millis(percentile) / before.plus(after).millis(percentile);
  }

  @Override
  public List<String> lines() {
    Table table = new Table("live requests", "requests", "failed", "p50 ms", "p99 ms", "max ms");
    row(table, "before", before);
    row(table, "during the replay", meanwhile);
    row(table, "after", after);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "spooled  %,d events in %.1f s: %,.0f a second",
            spooled,
            filling.toMillis() / 1000.0,
            filledPerSecond()));
    lines.add(
        String.format(
            Locale.ROOT,
            "replayed %,d events in %.1f s: %,.0f a second",
            replayed,
            replaying.toMillis() / 1000.0,
            replayedPerSecond()));
    lines.add("");
    lines.addAll(table.lines());
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "During the replay, against before and after: p50 × %.2f, p99 × %.2f (target: at most"
                + " × %.0f)",
            ratio(50),
            ratio(99),
            TARGET));
    return lines;
  }

  private static void row(Table table, String label, Window window) {
    table.add(
        List.of(
            label,
            Table.count(window.requests()),
            Table.count(window.failed()),
            Table.number(window.millis(50)),
            Table.number(window.millis(99)),
            Table.number(window.maxMillis())));
  }

  @Override
  public ObjectNode json() {
    ObjectNode json =
        JsonMapper.shared()
            .createObjectNode()
            .put("spooledEvents", spooled)
            .put("replayedEvents", replayed)
            .put("filledPerSecond", filledPerSecond())
            .put("replayedPerSecond", replayedPerSecond());
    before.writeTo(json.putObject("before"));
    meanwhile.writeTo(json.putObject("meanwhile"));
    after.writeTo(json.putObject("after"));
    return json.put("liveP50Ratio", ratio(50)).put("liveP99Ratio", ratio(99));
  }
}
