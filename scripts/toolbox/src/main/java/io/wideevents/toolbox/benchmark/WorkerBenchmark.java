package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.benchmark.reference.HandTunedConsumer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Compares the worker with a consumer that parses and inserts and does nothing else, and with the
 * MongoDB sink connector if wanted. All consume the same backlog, in alternate rounds, and write
 * into collections with the same indexes.
 */
final class WorkerBenchmark {
  private static final String HAND_TUNED = "hand-tuned consumer";

  private final Servers servers;
  private final int events;
  private final int rounds;
  private final PrintWriter talk;
  private final List<Reference> references = new ArrayList<>();

  /** What the worker is compared with, and the results. */
  private record Reference(
      String name, BacklogRun.Consumer consumer, Rounds<BacklogRun.Result> rounds) {}

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
    add(HAND_TUNED, this::handTuned);
  }

  /** Also compares with the MongoDB sink connector, in both of its modes. */
  WorkerBenchmark withConnect(ConnectSink sink) {
    add("Kafka Connect", (topic, name) -> sink.start(ConnectSink.Mode.PLAIN, topic, name));
    add(
        "Kafka Connect, idempotent",
        (topic, name) -> sink.start(ConnectSink.Mode.IDEMPOTENT, topic, name));
    return this;
  }

  private void add(String name, BacklogRun.Consumer consumer) {
    references.add(new Reference(name, consumer, new Rounds<>(BacklogRun.Result::otherWork)));
  }

  List<SpeedReport.Part> run() throws InterruptedException {
    try (BacklogRun backlog = BacklogRun.fill(servers, events, talk)) {
      for (int number = 1; number <= rounds; number++) {
        BacklogRun.Result ours = backlog.with(this::worker, List.of());
        say(number, "worker", ours);
        for (Reference reference : references) {
          BacklogRun.Result measured = backlog.with(reference.consumer(), ours.indexes());
          say(number, reference.name(), measured);
          reference.rounds().add(ours, measured);
        }
      }
    }
    return references.stream().map(this::part).toList();
  }

  private void say(int number, String name, BacklogRun.Result measured) {
    talk.printf(
        Locale.ROOT,
        "round %d of %d, %s: %,.0f events/s, %.1f s CPU for a million events, %.0f MB%n",
        number,
        rounds,
        name,
        measured.eventsPerSecond(),
        measured.consumerSeconds(),
        measured.peakMegabytes());
    talk.flush();
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

  private SpeedReport.Part part(Reference reference) {
    Rounds<BacklogRun.Result> measured = reference.rounds();
    Comparison perSecond = measured.compare("events/s", BacklogRun.Result::eventsPerSecond);
    Comparison cpu = measured.compare("CPU s a million events", BacklogRun.Result::consumerSeconds);
    Comparison memory =
        measured.compare("most resident memory, MB", BacklogRun.Result::peakMegabytes);
    List<Goal> goals =
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
            Goal.atMost("worker: most resident memory", memory.ours().upper(), 300, "MB"));
    return new SpeedReport.Part(
        String.format(Locale.ROOT, "worker, backlog of %,d events", events),
        reference.name(),
        List.of(
            perSecond,
            cpu,
            memory,
            measured.compare("MongoDB's CPU s a million events", BacklogRun.Result::mongodSeconds)),
        // The targets name this reference alone.
        reference.name().equals(HAND_TUNED) ? goals : List.of());
  }
}
