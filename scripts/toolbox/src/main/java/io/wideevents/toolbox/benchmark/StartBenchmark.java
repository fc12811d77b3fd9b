package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.FreePort;
import io.wideevents.toolbox.load.ClosedLoop;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.TopicView;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Measures how long a gateway and a worker take to become ready, and how a gateway that has just
 * started serves 64 connections.
 */
final class StartBenchmark {
  private static final int PARTITIONS = 6;
  private static final int CONNECTIONS = 64;
  private static final int DIFFERENT_EVENTS = 10_000;
  private static final int OK = 200;
  private static final Duration COLD = Duration.ofSeconds(10);
  private static final Duration START_TIMEOUT = Duration.ofMinutes(1);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  private final Servers servers;
  private final Settings settings;
  private final PrintWriter talk;
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * How long it measures.
   *
   * @param warmUp how long the load runs after the first ten seconds and before the warm rate is
   *     measured
   * @param slice how long the warm rate is measured
   * @param rounds starts of each process
   */
  record Settings(Duration warmUp, Duration slice, int rounds) {}

  /**
   * One start.
   *
   * @param gatewayMillis from the start of the launcher to the first "ready"
   * @param workerMillis the same for the worker
   * @param cold the requests of the first ten seconds
   * @param halfWarmSeconds the first second with half of the warm rate
   * @param openings how often a circuit breaker opened
   */
  private record Start(
      double gatewayMillis,
      double workerMillis,
      Window cold,
      double halfWarmSeconds,
      long openings) {}

  /**
   * @param servers running
   * @param talk for progress
   */
  StartBenchmark(Servers servers, Settings settings, PrintWriter talk) {
    this.servers = servers;
    this.settings = settings;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    String name = "benchmark-start-" + ProcessHandle.current().pid();
    List<Start> starts = new ArrayList<>();
    try (TopicView topic = new TopicView(servers.brokers(), name)) {
      topic.create(PARTITIONS);
      try {
        for (int number = 1; number <= settings.rounds(); number++) {
          Start start = start(name, topic);
          talk.printf(
              Locale.ROOT,
              "start %d of %d: ready after %.0f ms (worker %.0f ms), %,d requests in the first 10"
                  + " s, p99 %.0f ms%n",
              number,
              settings.rounds(),
              start.gatewayMillis(),
              start.workerMillis(),
              start.cold().requests(),
              start.cold().millis(99));
          talk.flush();
          starts.add(start);
        }
      } finally {
        topic.delete();
        servers.dropDatabase(name);
      }
    }
    return part(starts);
  }

  private Start start(String name, TopicView topic) throws InterruptedException {
    double workerMillis = startWorker(name);
    long began = System.nanoTime();
    try (GatewayProcess gateway =
        servers.launchGateway(name, Map.of("KAFKA_LOG_TOPIC", name, "MONGODB_DATABASE", name))) {
      double gatewayMillis = awaitReady(gateway.process(), gateway.url(), began);
      LoadedServer server =
          new LoadedServer("gateway", gateway.process(), gateway.url(), topic::total);
      ClosedLoop load = server.load(new SizedEvents(1).single(DIFFERENT_EVENTS), CONNECTIONS);
      List<Window> seconds = load.bySecond(COLD);
      List<Window> warmUp = load.bySecond(settings.warmUp());
      server.count(warmUp.stream().reduce(Window.EMPTY, Window::plus), 1);
      Window warm = load.run(settings.slice());
      server.count(warm, 1);
      Window cold = seconds.stream().reduce(Window.EMPTY, Window::plus);
      server.count(cold, 1);
      return new Start(
          gatewayMillis,
          workerMillis,
          cold,
          halfWarmSecond(seconds, warmUp, warm),
          openings(gateway.process()));
    }
  }

  /** The first second with half of the warm rate, which may be after the first ten. */
  static double halfWarmSecond(List<Window> cold, List<Window> warmUp, Window warm) {
    List<Window> all = new ArrayList<>(cold);
    all.addAll(warmUp);
    all.add(warm);
    return firstSecond(all, warm.perSecond() / 2);
  }

  private double startWorker(String name) throws InterruptedException {
    int port = FreePort.find();
    Map<String, String> environment = new HashMap<>(Servers.workerSettings(name, name));
    environment.put("WORKER_HTTP_PORT", Integer.toString(port));
    long began = System.nanoTime();
    try (WorkerProcess worker = servers.launchWorker(name + "-worker", environment)) {
      return awaitReady(worker.process(), URI.create("http://127.0.0.1:" + port), began);
    }
  }

  // The time since beganNanos in milliseconds.
  private double awaitReady(ChildProcess process, URI url, long beganNanos)
      throws InterruptedException {
    HttpRequest ready =
        HttpRequest.newBuilder(url.resolve("/health/ready")).timeout(START_TIMEOUT).build();
    while (!isReady(ready)) {
      if (!process.isAlive()) {
        throw process.failure("ended");
      }
      if (System.nanoTime() - beganNanos > START_TIMEOUT.toNanos()) {
        throw process.failure("was not ready within " + START_TIMEOUT);
      }
      Thread.sleep(LOOK_AGAIN);
    }
    return (System.nanoTime() - beganNanos) / 1e6;
  }

  private boolean isReady(HttpRequest ready) throws InterruptedException {
    try {
      return http.send(ready, BodyHandlers.discarding()).statusCode() == OK;
    } catch (IOException notListening) {
      return false;
    }
  }

  /** The number of the first second with at least this rate, from 1; NaN if there is none. */
  static double firstSecond(List<Window> seconds, double perSecond) {
    for (int i = 0; i < seconds.size(); i++) {
      if (seconds.get(i).perSecond() >= perSecond) {
        return i + 1.0;
      }
    }
    return Double.NaN;
  }

  // The gateway logs each opening. Its metrics show only the present state.
  private static long openings(ChildProcess gateway) {
    return gateway.logText().lines().filter(line -> line.contains("Circuit opened")).count();
  }

  private static SpeedReport.Part part(List<Start> starts) {
    return new SpeedReport.Part(
        "start",
        "",
        List.of(),
        List.of(
            Goal.atMost(
                "gateway: start to ready", median(starts, Start::gatewayMillis), 1_000, "ms"),
            Goal.atMost("worker: start to ready", median(starts, Start::workerMillis), 1_000, "ms"),
            Goal.atMost(
                "gateway, cold: opened circuits",
                (double) starts.stream().mapToLong(Start::openings).sum(),
                0,
                ""),
            Goal.atMost(
                "gateway, cold: p99 of the first 10 s",
                median(starts, start -> start.cold().millis(99)),
                250,
                "ms"),
            Goal.atMost(
                "gateway, cold: half of the warm requests/s after",
                median(starts, Start::halfWarmSeconds),
                (double) COLD.toSeconds(),
                "s")));
  }

  private static double median(List<Start> starts, ToDoubleFunction<Start> value) {
    return Quartiles.of(starts.stream().mapToDouble(value)).median();
  }
}
