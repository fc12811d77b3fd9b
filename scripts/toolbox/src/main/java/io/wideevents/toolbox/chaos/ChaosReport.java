package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.terminal.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Formats a result as text. */
final class ChaosReport {
  private final ChaosResult result;

  ChaosReport(ChaosResult result) {
    this.result = result;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    section(lines, "What was done", schedule());
    section(lines, "Time to a 2xx, retries included, by what worked", latencies());
    section(lines, "Answers", answers());
    section(lines, "Events", events());
    if (!result.findings().examples().isEmpty()) {
      section(lines, "The first of what is wrong", result.findings().examples());
    }
    return lines;
  }

  private static void section(List<String> lines, String title, List<String> content) {
    lines.add("");
    lines.add(title);
    content.forEach(line -> lines.add("  " + line));
  }

  private List<String> schedule() {
    Table table = new Table("episode", "target", "action", "at", "took");
    for (FaultInjector.Occurrence occurrence : result.occurrences()) {
      table.add(
          List.of(
              occurrence.episode().label(),
              occurrence.target().label(),
              occurrence.action().label(),
              seconds(occurrence.at()),
              seconds(occurrence.took())));
    }
    return table.lines();
  }

  private List<String> latencies() {
    Table table = new Table("phase", "requests", "p50 ms", "p99 ms", "max ms");
    result
        .scoreboard()
        .latencies()
        .forEach(
            (phase, window) ->
                table.add(
                    List.of(
                        phase,
                        Table.count(window.requests()),
                        Table.number(window.millis(50)),
                        Table.number(window.millis(99)),
                        Table.number(window.maxMillis()))));
    return table.lines();
  }

  private List<String> answers() {
    Tally tally = result.scoreboard().tally();
    List<String> lines = new ArrayList<>();
    tally
        .acceptedByTier()
        .forEach(
            (tier, events) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%-8s %5.1f %% of the acknowledgements",
                        tier,
                        100.0 * events / tally.accepted())));
    lines.add(
        "replies: %s; broken connections: %,d"
            .formatted(parts(tally.repliesByStatus(), "%s × %,d"), tally.unanswered()));
    lines.add(
        "longest time without any 2xx: %s (%s while the gateway was up)"
            .formatted(
                seconds(result.scoreboard().longestSilence()),
                seconds(result.scoreboard().longestSilenceWithGateway())));
    return lines;
  }

  private List<String> events() {
    Findings findings = result.findings();
    List<String> lines = new ArrayList<>();
    line(lines, "posted", findings.posted(), "");
    line(lines, "acknowledged", findings.acknowledged(), "");
    line(
        lines,
        "stored",
        findings.stored(),
        "%,d of them never acknowledged".formatted(findings.storedUnacknowledged()));
    line(
        lines,
        "dead-lettered",
        findings.deadLettered(),
        parts(findings.deadLetterReasons(), "%s %,d"));
    line(lines, "given up", findings.givenUp(), "");
    line(lines, "lost", findings.lost(), "");
    line(lines, "duplicates", findings.duplicates(), "");
    line(lines, "unexpected", findings.unexpected(), "");
    line(lines, "unequal", findings.unequal(), "");
    line(
        lines,
        "refused",
        findings.refused(),
        parts(result.scoreboard().tally().refusedByCode(), "%s %,d"));
    line(lines, "wrong id", result.scoreboard().wrongIds(), "");
    SpoolRemains remains = result.remains();
    lines.add(
        "spool         %,d pending, %,d refused, %,d files in quarantine"
            .formatted(remains.pending(), remains.refused(), remains.quarantined()));
    lines.add(
        "group         %,d of %,d records committed, at rest after %s"
            .formatted(
                result.rest().committed(),
                result.rest().endOffset(),
                seconds(result.rest().took())));
    result.rest().stuck().ifPresent(stuck -> lines.add("NOT AT REST   " + stuck));
    return lines;
  }

  private static void line(List<String> lines, String label, long events, String note) {
    lines.add(
        String.format(Locale.ROOT, "%-13s %,9d%s", label, events, note.isEmpty() ? "" : "  " + note)
            .stripTrailing());
  }

  private static String parts(Map<?, Long> counts, String format) {
    return String.join(
        ", ",
        counts.entrySet().stream()
            .map(part -> String.format(Locale.ROOT, format, part.getKey(), part.getValue()))
            .toList());
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
