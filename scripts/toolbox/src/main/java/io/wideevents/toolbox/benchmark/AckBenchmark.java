package io.wideevents.toolbox.benchmark;

import io.wideevents.toolbox.load.OpenLoop;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Measures the time to an acknowledgement while everything is up, while Kafka is down, and while
 * MongoDB is down as well. Compares two gateways, one with a queue and one with {@code
 * MQ_ENABLED=false}. The gateways are measured alternately under the same load, so that other work
 * of the machine affects both.
 */
final class AckBenchmark {
  static final String KAFKA_UP = "Kafka up";
  static final String KAFKA_DOWN = "Kafka down";
  static final String BOTH_DOWN = "both down";
  static final String MQ_ON = "true";
  static final String MQ_OFF = "false";

  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration NUDGE = Duration.ofSeconds(1);

  private final Servers servers;
  private final OpenLoop load;
  private final Duration slice;
  private final int rounds;
  private final PrintWriter talk;

  /**
   * @param servers running
   * @param slice how long one gateway is measured at a time
   * @param rounds measurements of each gateway in each phase
   * @param talk for progress
   */
  AckBenchmark(Servers servers, OpenLoop load, Duration slice, int rounds, PrintWriter talk) {
    this.servers = servers;
    this.load = load;
    this.slice = slice;
    this.rounds = rounds;
    this.talk = talk;
  }

  AckResult run() throws InterruptedException {
    say("Starting two gateways");
    GatewayProcess withQueue = servers.startGateway("with-queue", Map.of());
    GatewayProcess without = servers.startGateway("without-queue", Map.of("MQ_ENABLED", "false"));
    List<AckResult.Row> rows = new ArrayList<>();
    try (GatewayHealth queueHealth = new GatewayHealth(withQueue.url());
        GatewayHealth directHealth = new GatewayHealth(without.url())) {
      queueHealth.await("all tiers up", now -> now.status().equals("ready"), TIMEOUT);
      directHealth.await("all tiers up", now -> now.status().equals("ready"), TIMEOUT);
      say("Warming up");
      load.run(servers.target(withQueue.url()), WARM_UP);
      load.run(servers.target(without.url()), WARM_UP);
      measure(KAFKA_UP, withQueue.url(), without.url(), rows);

      servers.broker().kill9();
      loadUntil(withQueue.url(), queueHealth, now -> !now.state("kafka").equals("up"));
      load.run(servers.target(withQueue.url()), WARM_UP);
      measure(KAFKA_DOWN, withQueue.url(), without.url(), rows);

      servers.mongod().kill9();
      loadUntil(withQueue.url(), queueHealth, now -> !now.state("mongodb").equals("up"));
      loadUntil(without.url(), directHealth, now -> !now.state("mongodb").equals("up"));
      measure(BOTH_DOWN, withQueue.url(), without.url(), rows);
    }
    return new AckResult(load.perSecond(), rows);
  }

  private void measure(String phase, URI withQueue, URI without, List<AckResult.Row> rows)
      throws InterruptedException {
    Window queue = Window.EMPTY;
    Window direct = Window.EMPTY;
    for (int round = 1; round <= rounds; round++) {
      say("%s, round %d of %d".formatted(phase, round, rounds));
      queue = queue.plus(load.run(servers.target(withQueue), slice));
      direct = direct.plus(load.run(servers.target(without), slice));
    }
    rows.add(new AckResult.Row(phase, MQ_ON, queue));
    rows.add(new AckResult.Row(phase, MQ_OFF, direct));
  }

  // A circuit breaker opens and closes through calls only.
  private void loadUntil(
      URI gateway, GatewayHealth health, Predicate<GatewayHealth.Readiness> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    do {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("The circuit of %s does not open".formatted(gateway));
      }
      load.run(servers.target(gateway), NUDGE);
    } while (health.ask().filter(wanted).isEmpty());
  }

  private void say(String line) {
    talk.println(line);
    talk.flush();
  }
}
