package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.benchmark.reference.HandTunedConsumer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * Compares the worker with a consumer that parses and inserts and does nothing else. Both consume
 * the same backlog, in alternate rounds, and write into collections with the same indexes.
 */
final class WorkerBenchmark {
  static final String REFERENCE = "hand-tuned consumer";

  private final Servers servers;
  private final int events;
  private final int rounds;
  private final PrintWriter talk;

  /**
   * @param servers running
   * @param events in the backlog
   * @param talk for progress
   */
  WorkerBenchmark(Servers servers, int events, int rounds, PrintWriter talk) {
    this.servers = servers;
    this.events = events;
    this.rounds = rounds;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    Rounds<BacklogRun.Result> measured = new Rounds<>(BacklogRun.Result::otherWork);
    try (BacklogRun backlog = BacklogRun.fill(servers, events, talk)) {
      for (int number = 1; number <= rounds; number++) {
        BacklogRun.Result ours = backlog.with(this::worker, List.of());
        BacklogRun.Result reference = backlog.with(this::handTuned, ours.indexes());
        talk.printf(
            Locale.ROOT,
            "round %d of %d: %,.0f and %,.0f events/s, %.1f and %.1f s CPU for a million events%n",
            number,
            rounds,
            ours.eventsPerSecond(),
            reference.eventsPerSecond(),
            ours.consumerSeconds(),
            reference.consumerSeconds());
        talk.flush();
        measured.add(ours, reference);
      }
    }
    return part(measured);
  }

  private ChildProcess worker(String topic, String name) {
    return servers.launchWorker(name, Servers.workerSettings(topic, name)).process();
  }

  private ChildProcess handTuned(String topic, String name) {
    return servers.startReference(
        HandTunedConsumer.class,
        List.of("-Xmx256m", "-XX:+UseParallelGC"),
        List.of(servers.brokers(), topic, name, servers.mongoUri(), name));
  }

  private SpeedReport.Part part(Rounds<BacklogRun.Result> measured) {
    Comparison perSecond = measured.compare("events/s", BacklogRun.Result::eventsPerSecond);
    Comparison cpu = measured.compare("CPU s a million events", BacklogRun.Result::consumerSeconds);
    Comparison memory =
        measured.compare("most resident memory, MB", BacklogRun.Result::peakMegabytes);
    return new SpeedReport.Part(
        String.format(Locale.ROOT, "worker, backlog of %,d events", events),
        REFERENCE,
        List.of(
            perSecond,
            cpu,
            memory,
            measured.compare("MongoDB's CPU s a million events", BacklogRun.Result::mongodSeconds)),
        List.of(
            Goal.atLeast(
                "worker: events/s, ratio to the hand-tuned consumer",
                perSecond.ratio().median(),
                0.97,
                "x"),
            Goal.atMost(
                "worker: CPU time, ratio to the hand-tuned consumer",
                cpu.ratio().median(),
                1.2,
                "x"),
            Goal.atMost("worker: most resident memory", memory.ours().upper(), 300, "MB")));
  }
}
