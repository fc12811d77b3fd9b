package io.wideevents.toolbox.benchmark;

import io.wideevents.process.ExitCode;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongodBinary;
import io.wideevents.stack.MongodProcess;
import io.wideevents.stack.MongodSettings;
import io.wideevents.toolbox.terminal.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code scripts/benchmark batches}: measures whether larger batches during a backlog are worth it.
 */
@Command(
    name = "batches",
    description = {
      "Starts a worker that works off a backlog, in turns with batches of 100 and with batches that"
          + " grow to MQ_BATCH_MAX_SIZE. Compares the rates and the CPU time of MongoDB and the"
          + " worker.",
      "Starts its own broker and mongod (MONGOD, or on the PATH), and removes everything at the"
          + " end."
    })
final class BatchesCommand implements Callable<Integer> {
  private enum Way {
    FIXED("batches of 100"),
    GROWING("batches that grow");

    final String words;

    Way(String words) {
      this.words = words;
    }

    Map<String, String> settings() {
      // MQ_BATCH_SIZE alone also sets the maximum.
      return this == FIXED ? Map.of("MQ_BATCH_SIZE", "100") : Map.of();
    }
  }

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Events in the backlog (default: ${DEFAULT-VALUE}).")
  private int events;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds, both ways in each (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @ParentCommand private @Nullable BenchmarkCommand parent;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    if (events < 1_000 || rounds < 1) {
      throw new ParameterException(
          command.commandLine(), "Use at least 1000 --events and one of --rounds");
    }
    PrintWriter err = command.commandLine().getErr();
    Path mongod = MongodBinary.find(System.getenv()).orElse(null);
    if (mongod == null) {
      err.println("benchmark: needs a mongod on the PATH, or MONGOD to name one");
      return ExitCode.FAILURE;
    }
    Path logs = Files.createTempDirectory("wide-events-benchmark");
    try (MongodProcess mongo = MongodProcess.start(mongod, MongodSettings.DEFAULT);
        KafkaBroker broker = KafkaBroker.create(BrokerSettings.DEFAULT)) {
      broker.start();
      report(measure(new BacklogRun(broker.bootstrapServers(), mongo, logs, events), err));
      return ExitCode.OK;
    } catch (IllegalStateException e) {
      err.println("benchmark: " + e.getMessage());
      return ExitCode.FAILURE;
    } finally {
      BacklogRun.delete(logs);
    }
  }

  private Map<Way, List<BacklogRun.Result>> measure(BacklogRun run, PrintWriter err)
      throws InterruptedException {
    Map<Way, List<BacklogRun.Result>> results = new EnumMap<>(Way.class);
    for (int round = 1; round <= rounds; round++) {
      for (Way way : Way.values()) {
        BacklogRun.Result result = run.with(way.settings());
        err.printf(
            Locale.ROOT,
            "round %d, %s: %,.0f events/s%n",
            round,
            way.words,
            result.eventsPerSecond());
        err.flush();
        results.computeIfAbsent(way, w -> new ArrayList<>()).add(result);
      }
    }
    return results;
  }

  private void report(Map<Way, List<BacklogRun.Result>> results) {
    BacklogRun.Result fixed = median(Objects.requireNonNull(results.get(Way.FIXED)));
    BacklogRun.Result growing = median(Objects.requireNonNull(results.get(Way.GROWING)));
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (Objects.requireNonNull(parent).wantsJson()) {
      out.println(
          "{\"events\":%d,\"rounds\":%d,\"fixed\":%s,\"growing\":%s}"
              .formatted(events, rounds, json(fixed), json(growing)));
    } else {
      Table table =
          new Table("median of " + rounds, "events/s", "mongod CPU s/M", "worker CPU s/M");
      table.add(row(Way.FIXED.words, "%,.0f", fixed));
      table.add(row(Way.GROWING.words, "%,.0f", growing));
      table.add(
          row(
              "ratio",
              "%.2f",
              new BacklogRun.Result(
                  growing.eventsPerSecond() / fixed.eventsPerSecond(),
                  growing.mongodSeconds() / fixed.mongodSeconds(),
                  growing.workerSeconds() / fixed.workerSeconds())));
      table.lines().forEach(out::println);
    }
    out.flush();
  }

  private static List<String> row(String name, String rate, BacklogRun.Result result) {
    return List.of(
        name,
        String.format(Locale.ROOT, rate, result.eventsPerSecond()),
        String.format(Locale.ROOT, "%.2f", result.mongodSeconds()),
        String.format(Locale.ROOT, "%.2f", result.workerSeconds()));
  }

  private static String json(BacklogRun.Result result) {
    return String.format(
        Locale.ROOT,
        "{\"eventsPerSecond\":%.1f,\"mongodSecondsPerMillion\":%.2f,\"workerSecondsPerMillion\":%.2f}",
        result.eventsPerSecond(),
        result.mongodSeconds(),
        result.workerSeconds());
  }

  private static BacklogRun.Result median(List<BacklogRun.Result> runs) {
    return new BacklogRun.Result(
        median(runs.stream().mapToDouble(BacklogRun.Result::eventsPerSecond).toArray()),
        median(runs.stream().mapToDouble(BacklogRun.Result::mongodSeconds).toArray()),
        median(runs.stream().mapToDouble(BacklogRun.Result::workerSeconds).toArray()));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
