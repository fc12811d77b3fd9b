package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.benchmark.reference.BareProducer;
import io.wideevents.toolbox.load.ClosedLoop;
import io.wideevents.toolbox.load.OpenLoop;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TopicView;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Compares the gateway with a handler that passes the bytes of a body to Kafka and does nothing
 * else. Both run in their own JVM and write to their own topics of the same broker.
 */
final class GatewayBenchmark {
  static final String REFERENCE = "bare producer";

  private static final int PARTITIONS = 6;
  private static final int CONNECTIONS = 64;
  private static final int DIFFERENT_EVENTS = 10_000;
  private static final int LINES_CONNECTIONS = 4;
  private static final int EVENTS_IN_BODY = 500;
  private static final int DIFFERENT_BODIES = 20;
  private static final Duration START_TIMEOUT = Duration.ofMinutes(1);
  private static final Pattern LISTENING =
      Pattern.compile("Listening on (http://127\\.0\\.0\\.1:\\d+)");

  private final Servers servers;
  private final OpenLoop steady;
  private final Settings settings;
  private final PrintWriter talk;

  /**
   * How long it measures.
   *
   * @param warmUp length of one part of the warm-up; parts follow until the processes are warm
   * @param maxWarmUps most parts of a warm-up
   * @param slice how long one process is measured at a time
   */
  record Settings(Duration warmUp, int maxWarmUps, Duration slice, int rounds) {}

  /**
   * @param servers running
   * @param steady the load for response times at a steady rate
   * @param talk for progress
   */
  GatewayBenchmark(Servers servers, OpenLoop steady, Settings settings, PrintWriter talk) {
    this.servers = servers;
    this.steady = steady;
    this.settings = settings;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    String name = "benchmark-gateway-" + ProcessHandle.current().pid();
    String bareName = name + "-bare";
    try (TopicView records = new TopicView(servers.brokers(), name);
        TopicView bareRecords = new TopicView(servers.brokers(), bareName);
        StoredEvents stored = new StoredEvents(servers.mongoUri(), name)) {
      records.create(PARTITIONS);
      bareRecords.create(PARTITIONS);
      try {
        LoadedServer ours = startGateway(name, () -> records.total() + stored.count());
        LoadedServer bare = startBareProducer(bareName, bareRecords::total);
        SpeedReport.Part part = measure(ours, bare);
        ours.verifyDurable();
        bare.verifyDurable();
        warnOfOtherTiers(stored.count());
        return part;
      } finally {
        records.delete();
        bareRecords.delete();
        stored.drop();
      }
    }
  }

  private LoadedServer startGateway(String name, LongSupplier durable) throws InterruptedException {
    GatewayProcess gateway =
        servers.startGateway(name, Map.of("KAFKA_LOG_TOPIC", name, "MONGODB_DATABASE", name));
    try (GatewayHealth health = new GatewayHealth(gateway.url())) {
      health.await("all tiers up", now -> now.status().equals("ready"), START_TIMEOUT);
    }
    return new LoadedServer("gateway", gateway.process(), gateway.url(), durable);
  }

  private LoadedServer startBareProducer(String topic, LongSupplier durable) {
    ChildProcess process =
        servers.startReference(BareProducer.class, List.of(), List.of(servers.brokers(), topic));
    URI url = URI.create(process.awaitLog(LISTENING, START_TIMEOUT).group(1));
    return new LoadedServer(REFERENCE, process, url, durable);
  }

  // The gateway's circuit breaker opens when the machine is too slow for the load.
  private void warnOfOtherTiers(long stored) {
    if (stored > 0) {
      say("The gateway wrote %,d events to MongoDB, because Kafka was slow".formatted(stored));
    }
  }

  private SpeedReport.Part measure(LoadedServer ours, LoadedServer bare)
      throws InterruptedException {
    Rounds<LoadedServer.Measured> busy = busyRounds(ours, bare);
    Rounds<LoadedServer.Measured> lone = loneRounds(ours, bare);
    List<Window> steadily = steadyLoad(ours, bare);
    double linesCpuMicros = lines(ours);
    Comparison perSecond = busy.compare("requests/s", measured -> measured.window().perSecond());
    Comparison cpu = busy.compare("CPU us a request", LoadedServer.Measured::cpuMicros);
    Comparison p99 = busy.compare("p99 ms", measured -> measured.window().millis(99));
    Comparison loneP50 =
        lone.compare("p50 ms of lone requests", measured -> measured.window().millis(50));
    return new SpeedReport.Part(
        "gateway, " + CONNECTIONS + " connections",
        REFERENCE,
        List.of(
            perSecond,
            cpu,
            busy.compare("p50 ms", measured -> measured.window().millis(50)),
            p99,
            loneP50,
            steady("p50 ms", 50, steadily),
            steady("p99 ms", 99, steadily)),
        List.of(
            Goal.atLeast(
                "gateway: requests/s, ratio to the bare producer",
                perSecond.ratio().median(),
                0.9,
                "x"),
            Goal.atMost(
                "gateway: CPU time, ratio to the bare producer", cpu.ratio().median(), 1.2, "x"),
            Goal.atMost("gateway: p99, ratio to the bare producer", p99.ratio().median(), 1.0, "x"),
            Goal.atMost("gateway: p50 of a lone request", loneP50.ours().median(), 2, "ms"),
            Goal.atMost(
                "gateway: CPU time of an event in NDJSON of " + EVENTS_IN_BODY,
                linesCpuMicros,
                8,
                "us")));
  }

  private Rounds<LoadedServer.Measured> busyRounds(LoadedServer ours, LoadedServer bare) {
    ClosedLoop ourLoad = ours.load(new SizedEvents(1).single(DIFFERENT_EVENTS), CONNECTIONS);
    ClosedLoop bareLoad = bare.load(new SizedEvents(1).single(DIFFERENT_EVENTS), CONNECTIONS);
    String what = "%d connections".formatted(CONNECTIONS);
    warmUp(
        what,
        List.of(
            () -> ours.measure(ourLoad, 1, settings.warmUp()),
            () -> bare.measure(bareLoad, 1, settings.warmUp())));
    return rounds(what, ours, ourLoad, bare, bareLoad);
  }

  private Rounds<LoadedServer.Measured> loneRounds(LoadedServer ours, LoadedServer bare) {
    return rounds(
        "lone requests",
        ours,
        ours.loneLoad(new SizedEvents(1).single(DIFFERENT_EVENTS)),
        bare,
        bare.loneLoad(new SizedEvents(1).single(DIFFERENT_EVENTS)));
  }

  /**
   * Loads the processes in turn until all of them are warm, or until the most parts are done.
   *
   * @param parts one part of the warm-up of each process
   */
  private void warmUp(String what, List<Supplier<LoadedServer.Measured>> parts) {
    say("Warming up: " + what);
    List<Warmth> warmths = parts.stream().map(part -> new Warmth()).toList();
    for (int number = 1; number <= settings.maxWarmUps(); number++) {
      for (int i = 0; i < parts.size(); i++) {
        warmths.get(i).add(parts.get(i).get().cpuMicros());
      }
      if (warmths.stream().allMatch(Warmth::isWarm)) {
        return;
      }
    }
  }

  private Rounds<LoadedServer.Measured> rounds(
      String what, LoadedServer ours, ClosedLoop ourLoad, LoadedServer bare, ClosedLoop bareLoad) {
    Rounds<LoadedServer.Measured> rounds = new Rounds<>(LoadedServer.Measured::otherWork);
    for (int number = 1; number <= settings.rounds(); number++) {
      LoadedServer.Measured our = ours.measure(ourLoad, 1, settings.slice());
      LoadedServer.Measured reference = bare.measure(bareLoad, 1, settings.slice());
      say(
          String.format(
              Locale.ROOT,
              "%s, round %d of %d: %,.0f and %,.0f requests/s, %.1f and %.1f us CPU a request",
              what,
              number,
              settings.rounds(),
              our.window().perSecond(),
              reference.window().perSecond(),
              our.cpuMicros(),
              reference.cpuMicros()));
      rounds.add(our, reference);
    }
    return rounds;
  }

  // Both get their requests alternately, so one measurement is enough.
  private List<Window> steadyLoad(LoadedServer ours, LoadedServer bare)
      throws InterruptedException {
    say(String.format(Locale.ROOT, "%.0f requests/s to each", steady.perSecond()));
    List<Window> windows =
        steady.run(
            List.of(servers.target(ours.url()), servers.target(bare.url())),
            settings.slice().multipliedBy(settings.rounds()),
            new Random(1));
    ours.count(windows.getFirst(), 1);
    bare.count(windows.getLast(), 1);
    return windows;
  }

  private Comparison steady(String figure, double percentile, List<Window> windows) {
    return new Comparison(
        String.format(Locale.ROOT, "%s at %.0f requests/s", figure, steady.perSecond()),
        List.of(
            new Comparison.Pair(
                windows.getFirst().millis(percentile),
                windows.getLast().millis(percentile),
                Double.NaN)));
  }

  private double lines(LoadedServer ours) {
    ClosedLoop load =
        ours.load(new SizedEvents(2).lines(DIFFERENT_BODIES, EVENTS_IN_BODY), LINES_CONNECTIONS);
    warmUp(
        "NDJSON of %d events, %d connections".formatted(EVENTS_IN_BODY, LINES_CONNECTIONS),
        List.of(() -> ours.measure(load, EVENTS_IN_BODY, settings.warmUp())));
    List<LoadedServer.Measured> rounds = new ArrayList<>();
    for (int number = 1; number <= settings.rounds(); number++) {
      rounds.add(ours.measure(load, EVENTS_IN_BODY, settings.slice()));
    }
    return Quartiles.of(rounds.stream().mapToDouble(LoadedServer.Measured::cpuMicros)).median();
  }

  private void say(String line) {
    talk.println(line);
    talk.flush();
  }
}
