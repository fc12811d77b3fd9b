package io.wideevents.worker.command;

import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.LayoutOutcome;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.RetentionChange;
import io.wideevents.mongo.RetentionImpact;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.config.WorkerSettings;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Creates topics, collection and indexes, and sets the retention of events.",
      "Topics and indexes that exist stay, and workers may run at the same time. Workers and gateways"
          + " with the necessary rights do the same at their start. Use this command where they lack"
          + " the rights.",
      "Only this command shortens the retention of stored events. It first reports how many events"
          + " that deletes, and asks. Without a terminal it needs --yes.",
      "Exits with 5 when something differs from the settings and was not changed."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker init --check           change nothing, only report",
      "  log-worker init --event-retention 90d",
      "  log-worker init --event-retention 7d --yes    delete older events without asking"
    })
final class InitCommand implements Callable<Integer> {
  private static final String APPLICATION_NAME = "log-worker-init";

  @Option(
      names = "--check",
      description = "Report what differs from the settings, and change nothing.")
  private boolean check;

  @Option(
      names = "--yes",
      description = "Confirm the deletion of events by a shorter retention. For scripts.")
  private boolean yes;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  private boolean declined;

  @Override
  public Integer call() throws Exception {
    // The command completes even if the reader of its output has gone, as in … | grep -q.
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
      if (!checkup.metUnreachable()) {
        checkup.withMongo(
            APPLICATION_NAME,
            mongo -> reportImpact(mongo, new EventCollection(mongo), checkup, printer));
      }
    } else {
      checkup.withMongo(
          APPLICATION_NAME,
          mongo -> ensureCollection(mongo, new EventCollection(mongo), checkup, printer));
    }
    if (checkup.metUnreachable()) {
      return ExitCode.UNREACHABLE;
    }
    return differences.isEmpty() && !declined ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private static void reportImpact(
      MongoConnection mongo, EventCollection collection, Checkup checkup, FindingPrinter printer) {
    impact(mongo, collection, checkup)
        .ifPresent(
            found ->
                printer.accept(
                    Finding.warn(
                        "retention",
                        describe(found),
                        "log-worker init asks before it does that; for scripts: --yes")));
  }

  private void ensureCollection(
      MongoConnection mongo, EventCollection collection, Checkup checkup, FindingPrinter printer) {
    LayoutOutcome outcome = ensure(collection, RetentionChange.LENGTHEN, printer);
    if (outcome instanceof LayoutOutcome.Examined) {
      Optional<RetentionImpact> impact = impact(mongo, collection, checkup);
      if (checkup.metUnreachable()) {
        return;
      }
      if (impact.isEmpty() || agreed(impact.get(), printer)) {
        outcome = ensure(collection, RetentionChange.ANY, printer);
      } else {
        declined = true;
      }
    }
    checkup.collection(mongo, outcome);
  }

  // Blocks for at most the driver's timeouts, plus an hour for each index that the server builds.
  private static LayoutOutcome ensure(
      EventCollection collection, RetentionChange allowed, FindingPrinter printer) {
    LayoutOutcome outcome = collection.ensure(allowed).join();
    if (outcome instanceof LayoutOutcome.Examined examined) {
      examined.changes().forEach(change -> printer.accept(Finding.ok("changed", change)));
    }
    return outcome;
  }

  private static Optional<RetentionImpact> impact(
      MongoConnection mongo, EventCollection collection, Checkup checkup) {
    try {
      return collection.retentionImpact().join();
    } catch (CompletionException e) {
      checkup.mongoDown(mongo, e);
      return Optional.empty();
    }
  }

  private boolean agreed(RetentionImpact impact, FindingPrinter printer) {
    printer.accept(
        Finding.warn(
            "retention",
            describe(impact),
            "a worker or gateway with a longer EVENT_RETENTION lengthens it again at its next"
                + " start"));
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    if (yes || (!json && Confirmation.ask(err, "Delete them?"))) {
      return true;
    }
    printer.accept(
        Finding.fail(
            "retention",
            "not changed: events would be deleted, and that was not confirmed",
            "answer yes on a terminal, or run log-worker init --yes"));
    return false;
  }

  private static String describe(RetentionImpact impact) {
    String before = impact.before().truncatedTo(ChronoUnit.SECONDS).toString();
    String count =
        impact.events().isPresent()
            ? "%,d events".formatted(impact.events().getAsLong())
            : "all events, too many to count in 30 s,";
    String oldest =
        impact
            .oldest()
            .map(time -> ", the oldest from " + time.truncatedTo(ChronoUnit.SECONDS))
            .orElse("");
    return "%s. That deletes %s older than %s%s".formatted(impact.change(), count, before, oldest);
  }
}
