package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.load.OpenLoop;
import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.sample.SampleSender;
import io.wideevents.toolbox.sample.SampleTraffic;
import io.wideevents.toolbox.sample.SendSettings;
import io.wideevents.toolbox.terminal.Progress;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * Measures how fast a full spool is replayed, and the latency of live requests before, during and
 * after the replay, with the same gateway and the same load.
 */
final class ReplayBenchmark {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration SLICE = Duration.ofSeconds(1);
  private static final int BATCH_EVENTS = 10_000;
  private static final int FILLERS = 2;
  private static final long SEED = 1;
  // The event of the sample takes about 900 bytes in the spool.
  private static final long BYTES_PER_EVENT = 2_000;
  private static final long LEAST_SPOOL_BYTES = 1L << 30;

  private final Servers servers;
  private final OpenLoop load;
  private final long events;
  private final Duration baseline;
  private final PrintWriter talk;

  /**
   * @param servers running
   * @param events to spool and replay
   * @param baseline how long live requests are measured before and after
   * @param talk for progress
   */
  ReplayBenchmark(
      Servers servers, OpenLoop load, long events, Duration baseline, PrintWriter talk) {
    this.servers = servers;
    this.load = load;
    this.events = events;
    this.baseline = baseline;
    this.talk = talk;
  }

  // A spool that can hold all events.
  private Map<String, String> spoolSettings() {
    long bytes = Math.max(LEAST_SPOOL_BYTES, Math.multiplyExact(events, BYTES_PER_EVENT));
    return Map.of("SPOOL_MAX_BYTES", Long.toString(bytes));
  }

  ReplayResult run() throws InterruptedException {
    say("Starting a gateway");
    GatewayProcess gateway = servers.startGateway("gateway", spoolSettings());
    try (GatewayHealth health = new GatewayHealth(gateway.url())) {
      health.await("all tiers up", now -> now.status().equals("ready"), TIMEOUT);
      say("Live requests with an empty spool, %d s".formatted(baseline.toSeconds()));
      load.run(servers.target(gateway.url()), WARM_UP);
      Window before = load.run(servers.target(gateway.url()), baseline);

      servers.kill();
      Duration filling = fill(gateway.url());
      say("Bringing Kafka and MongoDB back");
      servers.start();
      Replay replay = replay(gateway.url(), health);
      say("Live requests with an empty spool, %d s".formatted(baseline.toSeconds()));
      Window after = load.run(servers.target(gateway.url()), baseline);
      return new ReplayResult(
          events, filling, replay.events(), replay.took(), before, replay.live(), after);
    }
  }

  private Duration fill(URI gateway) throws InterruptedException {
    say("Both servers are killed; filling the spool with %,d events".formatted(events));
    SendSettings sending = new SendSettings(BATCH_EVENTS, FILLERS, 0, false, 20);
    Instant begin = Instant.now();
    Tally tally =
        SampleSender.send(
            gateway,
            new SampleTraffic(SEED, begin),
            events,
            sending,
            new Progress(talk, Progress.onTerminal(), "Spooling", events));
    if (tally.accepted() != events) {
      throw new IllegalStateException(
          "The gateway did not spool every event:%n%s".formatted(tally.summary()));
    }
    return Duration.between(begin, Instant.now());
  }

  private record Replay(long events, Duration took, Window live) {}

  private Replay replay(URI gateway, GatewayHealth health) throws InterruptedException {
    long full = spooled(health);
    Progress progress = new Progress(talk, Progress.onTerminal(), "Replaying", Math.max(1, full));
    // Until the circuit breakers are closed again, other causes than the replay delay live
    // requests.
    health.await(
        "a replay",
        now -> now.status().equals("ready") && now.spooledEvents().orElse(full) < full,
        TIMEOUT);
    long begin = System.nanoTime();
    long atBegin = spooled(health);
    Window live = Window.EMPTY;
    long left = atBegin;
    while (left > 0) {
      Window slice = load.run(servers.target(gateway), SLICE);
      left = spooled(health);
      // The last measurement partly runs without a replay. It is left out unless it is the only
      // one.
      if (left > 0 || live.requests() == 0) {
        live = live.plus(slice);
      }
      progress.update(full - left);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    progress.finish(full);
    return new Replay(atBegin, took, live);
  }

  private static long spooled(GatewayHealth health) throws InterruptedException {
    return health
        .ask()
        .map(GatewayHealth.Readiness::spooledEvents)
        .orElseThrow(() -> new IllegalStateException("The gateway does not answer"))
        .orElseThrow(
            () -> new IllegalStateException("The gateway does not report its spool's size"));
  }

  private void say(String line) {
    talk.println(line);
    talk.flush();
  }
}
