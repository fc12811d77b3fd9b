package io.wideevents.worker.command;

import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.LayoutOutcome;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.config.WorkerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code log-worker init}: creates what the pipeline needs. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Creates the topics, the collection and its indexes, and sets how long events are kept. What"
          + " is there already stays; workers may run meanwhile. Workers and gateway do the same by"
          + " themselves, if they may: this is for where they may not.",
      "Ends with 5 when something is not as the settings say and was not changed."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker init --check           change nothing, only tell",
      "  log-worker init --event-retention 90d"
    })
final class InitCommand implements Callable<Integer> {
  @Option(names = "--check", description = "Only tell what is not as the settings say.")
  private boolean check;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    // Not half of it because the reader has seen enough, as in … | grep -q.
    return Operator.run(
        spec, (settings, out) -> init(settings, new FindingPrinter(out.lasting(), json)));
  }

  private int init(WorkerSettings settings, FindingPrinter printer) throws InterruptedException {
    List<Finding> differences = new ArrayList<>();
    Checkup checkup =
        new Checkup(
            settings,
            finding -> {
              printer.accept(finding);
              if (finding.level() != Finding.Level.OK) {
                differences.add(finding);
              }
            });
    Operator.withKafka(
        settings,
        kafka -> {
          if (!check) {
            kafka
                .ensureTopics()
                .forEach(topic -> printer.accept(Finding.ok("changed", "created topic " + topic)));
          }
          checkup.topics();
          return ExitCode.OK;
        });
    if (check) {
      checkup.mongo();
    } else {
      ensureCollection(settings, checkup, printer);
    }
    if (checkup.metUnreachable()) {
      return ExitCode.UNREACHABLE;
    }
    return differences.isEmpty() ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private static void ensureCollection(
      WorkerSettings settings, Checkup checkup, FindingPrinter printer) {
    try (MongoConnection mongo = new MongoConnection(settings.mongo(), "log-worker-init")) {
      // Bounded by the driver's own timeouts, and by an hour for each index the server builds.
      LayoutOutcome outcome = new EventCollection(mongo).ensure().join();
      if (outcome instanceof LayoutOutcome.Examined examined) {
        examined.changes().forEach(change -> printer.accept(Finding.ok("changed", change)));
      }
      checkup.collection(outcome);
    }
  }
}
