package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.TopicView;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures the memory and the CPU time of a gateway and a worker that have nothing to do. */
final class IdleBenchmark {
  private static final double PERCENT = 100;
  private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

  private final Servers servers;
  private final Duration settle;
  private final Duration slice;
  private final PrintWriter talk;

  /**
   * @param servers running
   * @param settle how long the processes run before they are measured
   * @param slice how long they are measured
   * @param talk for progress
   */
  IdleBenchmark(Servers servers, Duration settle, Duration slice, PrintWriter talk) {
    this.servers = servers;
    this.settle = settle;
    this.slice = slice;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    String name = "benchmark-idle-" + ProcessHandle.current().pid();
    Map<String, String> settings = Servers.workerSettings(name, name);
    try (TopicView topic = new TopicView(servers.brokers(), name)) {
      topic.create(1);
      try (GatewayProcess gateway = servers.startGateway(name + "-gateway", settings);
          WorkerProcess worker = servers.launchWorker(name + "-worker", settings);
          GatewayHealth health = new GatewayHealth(gateway.url())) {
        health.await("all tiers up", now -> now.status().equals("ready"), START_TIMEOUT);
        worker.awaitConsuming();
        return measure(gateway.process().pid(), worker.process().pid());
      } finally {
        topic.delete();
        servers.dropDatabase(name);
      }
    }
  }

  private SpeedReport.Part measure(long gateway, long worker) throws InterruptedException {
    talk.printf("Idle for %d s%n", settle.plus(slice).toSeconds());
    talk.flush();
    Thread.sleep(settle);
    double gatewayBefore = ProcessUsage.cpuSeconds(gateway);
    double workerBefore = ProcessUsage.cpuSeconds(worker);
    Thread.sleep(slice);
    List<Goal> goals = new ArrayList<>();
    addGoals(goals, "gateway", gateway, gatewayBefore);
    addGoals(goals, "worker", worker, workerBefore);
    return new SpeedReport.Part("idle", "", List.of(), goals);
  }

  private void addGoals(List<Goal> goals, String name, long pid, double cpuBefore) {
    double cpuSeconds = ProcessUsage.cpuSeconds(pid) - cpuBefore;
    goals.add(
        Goal.atMost(
            name + ", idle: resident memory", ProcessUsage.residentMegabytes(pid), 120, "MB"));
    goals.add(
        Goal.atMost(
            name + ", idle: CPU time of one core",
            cpuSeconds / (slice.toNanos() / 1e9) * PERCENT,
            1,
            "%"));
  }
}
