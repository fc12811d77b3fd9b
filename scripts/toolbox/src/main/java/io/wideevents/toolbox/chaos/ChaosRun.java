package io.wideevents.toolbox.chaos;

import io.wideevents.stack.Teardown;
import io.wideevents.time.Deadline;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TopicView;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One fault run, from the start of a pipeline to the check. Each process is added to the teardown
 * as soon as it is started, so that the run can be interrupted at any time.
 */
final class ChaosRun {
  private static final Duration WARM_UP = Duration.ofMinutes(1);

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
            () -> new FaultInjector(pipeline.processes(), outages, this::report),
            FaultInjector::close);
    ChaosLoad load =
        teardown.open(
            () -> new ChaosLoad(settings, pipeline.gatewayUrl(), scoreboard), ChaosLoad::close);
    FaultSchedule schedule = settings.schedule();
    say(
        "%d clients post for %d s; meanwhile %d episodes of faults"
            .formatted(
                settings.clients(), schedule.length().toSeconds(), schedule.episodes().size()));
    Future<?> posting = load.start();
    awaitKafka(scoreboard);
    long end = System.nanoTime() + schedule.length().toNanos();
    int episodes = injector.run(schedule);
    say("%d of %d episodes done".formatted(episodes, schedule.episodes().size()));
    TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
    load.stop();
    say(
        "posted %,d events; %,d acknowledgements so far, of repeats as well"
            .formatted(load.ledger().posted(), scoreboard.tally().accepted()));
    say("Everything is up; the clients finish");
    await(posting);
    say("Waiting until the spool is empty and the workers have no lag");
    Settling.Rest rest = new Settling(pipeline).awaitRest();
    say("Checking every event");
    Findings findings = check(pipeline, load.ledger());
    pipeline.stopServices();
    return new ChaosResult(
        settings,
        injector.occurrences(),
        scoreboard,
        rest,
        SpoolRemains.of(pipeline, directory),
        findings,
        Duration.between(settings.start(), Instant.now()));
  }

  /**
   * Waits until Kafka has taken an event. On a loaded machine the gateway may write the first ones
   * to MongoDB, and the faults would then hit a Kafka that is not in use.
   */
  private static void awaitKafka(Scoreboard scoreboard) {
    BooleanSupplier taken = () -> scoreboard.tally().acceptedByTier().containsKey("kafka");
    Deadline.after(WARM_UP).await(taken);
    if (!taken.getAsBoolean()) {
      throw new IllegalStateException(
          "Kafka took no event within %d s".formatted(WARM_UP.toSeconds()));
    }
  }

  private static void await(Future<?> posting) throws InterruptedException {
    try {
      posting.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("The load failed: " + e.getCause(), e.getCause());
    }
  }

  private Findings check(ChaosPipeline pipeline, Ledger ledger) {
    try (TopicView topic =
            new TopicView(pipeline.bootstrapServers(), ChaosPipeline.DEAD_LETTER_TOPIC);
        StoredEvents stored = new StoredEvents(pipeline.mongodbUri(), ChaosPipeline.DATABASE)) {
      return new StoredCheck(settings, ledger, DeadLetters.read(topic), stored).run();
    }
  }

  private void report(FaultInjector.Occurrence occurrence) {
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
