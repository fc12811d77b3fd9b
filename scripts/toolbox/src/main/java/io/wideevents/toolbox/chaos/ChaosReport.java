package io.wideevents.toolbox.chaos;

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
        .figures()
        .latencies()
        .forEach(
            (phase, latency) ->
                table.add(
                    List.of(
                        phase,
                        count(latency.requests()),
                        millis(latency.p50Millis()),
                        millis(latency.p99Millis()),
                        millis(latency.maxMillis()))));
    return table.lines();
  }

  private List<String> answers() {
    ClientFigures figures = result.figures();
    long all = figures.acknowledgedByTier().values().stream().mapToLong(Long::longValue).sum();
    List<String> lines = new ArrayList<>();
    figures
        .acknowledgedByTier()
        .forEach(
            (tier, events) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%-8s %5.1f %% of the acknowledgements",
                        tier,
                        100.0 * events / Math.max(1, all))));
    lines.add("replies: %s; broken connections: %,d".formatted(parts(figures), figures.broken()));
    lines.add(
        "longest time without any 2xx: %s (%s while the gateway was up)"
            .formatted(
                seconds(figures.longestSilence()), seconds(figures.longestSilenceWithGateway())));
    return lines;
  }

  private static String parts(ClientFigures figures) {
    return String.join(
        ", ",
        figures.repliesByStatus().entrySet().stream()
            .map(reply -> "%d × %,d".formatted(reply.getKey(), reply.getValue()))
            .toList());
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
    line(lines, "dead-lettered", findings.deadLettered(), reasons(findings.deadLetterReasons()));
    line(lines, "given up", findings.givenUp(), "");
    line(lines, "lost", findings.lost(), "");
    line(lines, "duplicates", findings.duplicates(), "");
    line(lines, "unexpected", findings.unexpected(), "");
    line(lines, "unequal", findings.unequal(), "");
    line(lines, "refused", findings.refused(), reasons(result.figures().refusedByCode()));
    line(lines, "wrong id", result.figures().wrongIds(), "");
    SpoolRemains remains = result.remains();
    lines.add(
        "spool         %,d pending, %,d refused, %,d files in quarantine"
            .formatted(remains.pending(), remains.refused(), remains.quarantined()));
    GroupPosition position = result.rest().position();
    lines.add(
        "group         %,d of %,d records committed, at rest after %s"
            .formatted(position.committed(), position.end(), seconds(result.rest().took())));
    result.rest().stuck().ifPresent(stuck -> lines.add("NOT AT REST   " + stuck));
    return lines;
  }

  private static void line(List<String> lines, String label, long events, String note) {
    lines.add(
        String.format(Locale.ROOT, "%-13s %,9d%s", label, events, note.isEmpty() ? "" : "  " + note)
            .stripTrailing());
  }

  private static String reasons(Map<String, Long> reasons) {
    return String.join(
        ", ",
        reasons.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(reason -> "%s %,d".formatted(reason.getKey(), reason.getValue()))
            .toList());
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%,.1f", millis);
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
