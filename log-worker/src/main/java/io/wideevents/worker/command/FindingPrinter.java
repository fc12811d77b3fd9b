package io.wideevents.worker.command;

import java.util.Locale;
import java.util.function.Consumer;

/** Prints each finding at once: as two lines of text, or as one JSON object. */
final class FindingPrinter implements Consumer<Finding> {
  private final Output out;
  private final boolean json;

  FindingPrinter(Output out, boolean json) {
    this.out = out;
    this.json = json;
  }

  @Override
  public void accept(Finding finding) {
    String level = finding.level().name().toLowerCase(Locale.ROOT);
    if (json) {
      out.json(
          object -> {
            object.writeStringProperty("level", level);
            object.writeStringProperty("check", finding.check());
            object.writeStringProperty("message", finding.message());
            object.writeStringProperty("fix", finding.fix());
          });
      return;
    }
    out.line("%-5s %-11s %s".formatted(level, finding.check(), finding.message()));
    if (!finding.fix().isEmpty()) {
      out.line("%-17s → %s".formatted("", finding.fix()));
    }
  }
}
