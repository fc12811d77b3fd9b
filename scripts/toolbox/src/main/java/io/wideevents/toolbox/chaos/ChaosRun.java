package io.wideevents.toolbox.chaos;

import io.wideevents.stack.Teardown;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One fault run, from the start of a pipeline to the check. Each process is added to the teardown
 * as soon as it is started, so that the run can be interrupted at any time.
 */
final class ChaosRun {
  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(3);

  private final ChaosSettings settings;
  private final Path mongodBinary;
  private final Path directory;
  private final PrintWriter talk;
  private final Teardown teardown;

  /**
   * @param directory for data and logs; exists, is not deleted
   * @param talk for progress
   */
  ChaosRun(
      ChaosSettings settings,
      Path mongodBinary,
      Path directory,
      PrintWriter talk,
      Teardown teardown) {
    this.settings = settings;
    this.mongodBinary = mongodBinary;
    this.directory = directory;
    this.talk = talk;
    this.teardown = teardown;
  }

  /**
   * Blocks until the check is done, a minute or more after the faults.
   *
   * @throws IllegalStateException if a process does not start or does not exit cleanly
   */
  ChaosResult run() throws InterruptedException {
    say("Starting a Kafka broker, a mongod, the api-gateway and two log-workers");
    ChaosPipeline pipeline = new ChaosPipeline(mongodBinary, directory, teardown);
    pipeline.start();
    new Settling(pipeline).awaitReady();
    Outages outages = new Outages();
    Scoreboard scoreboard = new Scoreboard(outages);
    FaultInjector injector =
        teardown.open(
            () -> new FaultInjector(pipeline.victims(), outages, this::tell), FaultInjector::close);
    ClientCrowd clients =
        teardown.open(
            () -> new ClientCrowd(settings, pipeline.gatewayUrl(), scoreboard), ClientCrowd::close);

    FaultSchedule schedule = FaultSchedule.of(settings.seed(), settings.length());
    say(
        "%d clients post for %d s; meanwhile %d episodes of faults"
            .formatted(
                settings.clients(), settings.length().toSeconds(), schedule.episodes().size()));
    long end = System.nanoTime() + settings.length().toNanos();
    clients.begin(new ChaosClient.Hours(end, end + GIVE_UP_AFTER.toNanos()));
    int episodes = injector.run(schedule, settings.length());
    say("%d of %d episodes done".formatted(episodes, schedule.episodes().size()));
    showUntil(end, scoreboard);
    say("Everything is up; the clients finish");
    List<ClientLedger> ledgers = clients.await();
    say("Waiting until spool and workers have nothing left");
    Settling.Rest rest = new Settling(pipeline).awaitRest();
    say("Checking every event");
    Findings findings = check(pipeline, ledgers);
    pipeline.stopServices();
    return new ChaosResult(
        settings,
        injector.occurrences(),
        scoreboard.figures(),
        rest,
        SpoolRemains.of(pipeline, directory),
        findings,
        Duration.between(settings.start(), Instant.now()));
  }

  private Findings check(ChaosPipeline pipeline, List<ClientLedger> ledgers) {
    DeadLetters deadLetters =
        DeadLetters.read(pipeline.bootstrapServers(), ChaosPipeline.DEAD_LETTER_TOPIC);
    try (StoredCheck check =
        new StoredCheck(
            settings, ledgers, deadLetters, pipeline.mongodbUri(), ChaosPipeline.DATABASE)) {
      return check.run();
    }
  }

  private void showUntil(long endNanos, Scoreboard scoreboard) throws InterruptedException {
    long left = endNanos - System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
    say(
        "posted %,d events; %,d acknowledgements so far, of repeats as well"
            .formatted(scoreboard.postedEvents(), scoreboard.acknowledgedEvents()));
  }

  private void tell(FaultInjector.Occurrence occurrence) {
    say(
        String.format(
            Locale.ROOT,
            "%6.1f s  %-7s %-9s (%.1f s)",
            occurrence.at().toMillis() / 1000.0,
            occurrence.action().label(),
            occurrence.target().label(),
            occurrence.took().toMillis() / 1000.0));
  }

  private synchronized void say(String line) {
    talk.println(line);
    talk.flush();
  }
}
