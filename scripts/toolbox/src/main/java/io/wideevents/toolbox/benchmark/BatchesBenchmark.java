package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.terminal.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares batches of a fixed size with batches that grow: a worker consumes a backlog alternately
 * in both ways.
 */
final class BatchesBenchmark {
  // MQ_BATCH_SIZE alone also sets the maximum.
  private static final Map<String, String> FIXED = Map.of("MQ_BATCH_SIZE", "100");
  private static final Map<String, String> GROWING = Map.of();

  private final BacklogRun backlog;
  private final int events;
  private final int rounds;
  private final PrintWriter talk;

  /**
   * @param servers not running yet
   * @param events in the backlog
   * @param rounds both ways in each
   * @param talk for progress
   */
  BatchesBenchmark(Servers servers, int events, int rounds, PrintWriter talk) {
    servers.start();
    this.backlog = new BacklogRun(servers, events);
    this.events = events;
    this.rounds = rounds;
    this.talk = talk;
  }

  Result run() throws InterruptedException {
    List<BacklogRun.Result> fixed = new ArrayList<>();
    List<BacklogRun.Result> growing = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      fixed.add(run(round, "batches of 100", FIXED));
      growing.add(run(round, "batches that grow", GROWING));
    }
    return new Result(events, rounds, median(fixed), median(growing));
  }

  private BacklogRun.Result run(int round, String way, Map<String, String> settings)
      throws InterruptedException {
    BacklogRun.Result result = backlog.with(settings);
    talk.printf(
        Locale.ROOT, "round %d, %s: %,.0f events/s%n", round, way, result.eventsPerSecond());
    talk.flush();
    return result;
  }

  private static BacklogRun.Result median(List<BacklogRun.Result> runs) {
    return new BacklogRun.Result(
        median(runs, BacklogRun.Result::eventsPerSecond),
        median(runs, BacklogRun.Result::mongodSeconds),
        median(runs, BacklogRun.Result::workerSeconds));
  }

  private static double median(
      List<BacklogRun.Result> runs, ToDoubleFunction<BacklogRun.Result> value) {
    double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The medians of both ways. */
  record Result(int events, int rounds, BacklogRun.Result fixed, BacklogRun.Result growing)
      implements BenchmarkResult {
    @Override
    public List<String> lines() {
      Table table =
          new Table("median of " + rounds, "events/s", "mongod CPU s/M", "worker CPU s/M");
      table.add(row("batches of 100", "%,.0f", fixed));
      table.add(row("batches that grow", "%,.0f", growing));
      table.add(
          row(
              "ratio",
              "%.2f",
              new BacklogRun.Result(
                  growing.eventsPerSecond() / fixed.eventsPerSecond(),
                  growing.mongodSeconds() / fixed.mongodSeconds(),
                  growing.workerSeconds() / fixed.workerSeconds())));
      return table.lines();
    }

    private static List<String> row(String name, String rate, BacklogRun.Result result) {
      return List.of(
          name,
          String.format(Locale.ROOT, rate, result.eventsPerSecond()),
          String.format(Locale.ROOT, "%.2f", result.mongodSeconds()),
          String.format(Locale.ROOT, "%.2f", result.workerSeconds()));
    }

    @Override
    public ObjectNode json() {
      ObjectNode json =
          JsonMapper.shared().createObjectNode().put("events", events).put("rounds", rounds);
      write(json.putObject("fixed"), fixed);
      write(json.putObject("growing"), growing);
      return json;
    }

    private static void write(ObjectNode json, BacklogRun.Result result) {
      json.put("eventsPerSecond", result.eventsPerSecond())
          .put("mongodSecondsPerMillion", result.mongodSeconds())
          .put("workerSecondsPerMillion", result.workerSeconds());
    }
  }
}
