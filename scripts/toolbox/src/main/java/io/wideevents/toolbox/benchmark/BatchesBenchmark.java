package io.wideevents.toolbox.benchmark;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares batches of a fixed size with batches that grow: a worker consumes a backlog alternately
 * in both ways.
 */
final class BatchesBenchmark {
  // MQ_BATCH_SIZE alone also sets the maximum.
  private static final Map<String, String> FIXED = Map.of("MQ_BATCH_SIZE", "100");
  private static final Map<String, String> GROWING = Map.of();

  private final Servers servers;
  private final int events;
  private final int rounds;
  private final PrintWriter talk;

  /**
   * @param servers running
   * @param events in the backlog
   * @param rounds both ways in each
   * @param talk for progress
   */
  BatchesBenchmark(Servers servers, int events, int rounds, PrintWriter talk) {
    this.servers = servers;
    this.events = events;
    this.rounds = rounds;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    Rounds<BacklogRun.Result> measured = new Rounds<>(BacklogRun.Result::otherWork);
    try (BacklogRun backlog = BacklogRun.fill(servers, events, talk)) {
      for (int number = 1; number <= rounds; number++) {
        BacklogRun.Result growing = run(backlog, GROWING);
        BacklogRun.Result fixed = run(backlog, FIXED);
        talk.printf(
            Locale.ROOT,
            "round %d of %d: %,.0f events/s in batches that grow, %,.0f in batches of 100%n",
            number,
            rounds,
            growing.eventsPerSecond(),
            fixed.eventsPerSecond());
        talk.flush();
        measured.add(growing, fixed);
      }
    }
    return new SpeedReport.Part(
        "worker, batches that grow",
        "batches of 100",
        List.of(
            measured.compare("events/s", BacklogRun.Result::eventsPerSecond),
            measured.compare("MongoDB's CPU s a million", BacklogRun.Result::mongodSeconds),
            measured.compare("worker's CPU s a million", BacklogRun.Result::consumerSeconds)),
        List.of());
  }

  private BacklogRun.Result run(BacklogRun backlog, Map<String, String> settings)
      throws InterruptedException {
    return backlog.with(
        (topic, name) -> {
          Map<String, String> all = new HashMap<>(Servers.workerSettings(topic, name));
          all.putAll(settings);
          return servers.launchWorker(name, all).process();
        },
        List.of());
  }
}
