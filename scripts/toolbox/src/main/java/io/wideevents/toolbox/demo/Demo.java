package io.wideevents.toolbox.demo;

import io.wideevents.mongo.MongoSettings;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.LocalStack;
import io.wideevents.stack.MongoServer;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.Teardown;
import io.wideevents.stack.WorkDirectory;
import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import io.wideevents.toolbox.sample.SampleSender;
import io.wideevents.toolbox.sample.SampleTraffic;
import io.wideevents.toolbox.sample.SendSettings;
import io.wideevents.toolbox.terminal.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The demo. Each step prints what it does before it does it.
 *
 * <p>Each process is added to the teardown as soon as it is started, so that the demo can be
 * interrupted at any time.
 */
final class Demo {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
  // With this age, the first minute of the sample, in the sample's own time, ends about now.
  private static final Duration SAMPLE_AGE = Duration.ofMinutes(1);

  private static final Duration STORE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  private final Settings settings;
  private final PrintWriter out;
  private final PrintWriter talk;
  private final Teardown teardown;
  private final ProjectHome home = ProjectHome.find();
  private int step;

  /**
   * @param events number of events to send, at least 1
   * @param seed selects the events
   * @param ending what happens after the report
   * @param begin when the user started the command
   */
  record Settings(long events, long seed, Ending ending, Instant begin) {}

  /** What happens after the report. */
  enum Ending {
    STOP,
    KEEP
  }

  /**
   * @param out for the result
   * @param talk for progress
   */
  Demo(Settings settings, PrintWriter out, PrintWriter talk, Teardown teardown) {
    this.settings = settings;
    this.out = out;
    this.talk = talk;
    this.teardown = teardown;
  }

  /**
   * Runs all steps. With {@code KEEP} it does not return.
   *
   * @throws IllegalStateException if a process fails, with the end of its output
   */
  void run() throws InterruptedException {
    WorkDirectory directory =
        teardown.open(() -> WorkDirectory.create(null, "demo"), WorkDirectory::close);
    LocalStack stack = startStack();
    Map<String, String> environment =
        Map.of(
            "KAFKA_BROKER", stack.broker().bootstrapServers(),
            "MONGODB_URI", stack.mongo().uri(),
            "MONGODB_DATABASE", database(stack.mongo()),
            "QUERY_ENABLED", "true",
            "SPOOL_DIR", directory.path().resolve("spool").toString());
    StoredEvents stored =
        teardown.open(
            () -> new StoredEvents(stack.mongo().uri(), database(stack.mongo())),
            opened -> close(opened, stack.mongo()));

    step("Starting the api-gateway and the log-worker, each in its own process");
    Path logs = directory.path();
    GatewayProcess gateway =
        teardown.open(
            () -> GatewayProcess.start(home, environment, logs.resolve("api-gateway.log")),
            started -> started.process().kill9());
    WorkerProcess worker =
        teardown.open(
            () -> WorkerProcess.start(home, environment, logs.resolve("log-worker.log")),
            started -> started.process().kill9());
    gateway.awaitListening();
    worker.awaitConsuming();
    say("api-gateway: %s, process %d".formatted(gateway.url(), gateway.process().pid()));
    say("log-worker:  process %d".formatted(worker.process().pid()));

    Instant start = Instant.now().minus(SAMPLE_AGE);
    Tally tally = send(gateway, start);
    awaitStored(stored, tally.accepted(), worker.process());
    new DemoFindings(stored, worker.process().log(), out).print();

    step("Counting");
    say(
        "sent %,d, accepted %,d, stored %,d"
            .formatted(settings.events(), tally.accepted(), stored.count()));
    if (tally.accepted() != settings.events()) {
      throw new IllegalStateException(
          "The gateway did not accept every event:%n%s".formatted(tally.summary()));
    }
    finish(gateway, worker, stack, start);
  }

  private LocalStack startStack() {
    step("Starting a Kafka broker and a MongoDB, for this demo alone");
    LocalStack stack =
        LocalStack.start(System.getenv(), BrokerSettings.DEFAULT, MongodSettings.DEFAULT);
    teardown.open(() -> stack, LocalStack::close);
    say("Kafka:   %s".formatted(stack.broker().bootstrapServers()));
    say("MongoDB: %s".formatted(stack.mongo().describe()));
    return stack;
  }

  private Tally send(GatewayProcess gateway, Instant start) throws InterruptedException {
    step(
        "Sending %,d sample events: five services of a shop, one of them in trouble"
            .formatted(settings.events()));
    Tally tally =
        SampleSender.send(
            gateway.url(),
            new SampleTraffic(settings.seed(), start),
            settings.events(),
            SendSettings.DEFAULT,
            progress("   Sending", settings.events()));
    tally.summary().lines().forEach(line -> say(line.strip()));
    return tally;
  }

  private void awaitStored(StoredEvents stored, long accepted, ChildProcess worker)
      throws InterruptedException {
    step("Waiting until the log-worker has stored them");
    Progress progress = progress("   Storing", Math.max(1, accepted));
    long deadline = System.nanoTime() + STORE_TIMEOUT.toNanos();
    long count = stored.count();
    while (count < accepted) {
      if (!worker.isAlive()) {
        throw worker.failure("ended before it had stored every event");
      }
      if (System.nanoTime() - deadline > 0) {
        throw worker.failure(
            "stored %,d of %,d events within %s".formatted(count, accepted, STORE_TIMEOUT));
      }
      progress.update(count);
      Thread.sleep(POLL_INTERVAL);
      count = stored.count();
    }
    progress.finish(count);
  }

  private void finish(GatewayProcess gateway, WorkerProcess worker, LocalStack stack, Instant start)
      throws InterruptedException {
    ByHand byHand = new ByHand(home, System.getenv());
    switch (settings.ending()) {
      case KEEP -> {
        step("Everything keeps running until Ctrl-C. Continue by hand:");
        Instant from = start.truncatedTo(ChronoUnit.SECONDS);
        // The gaps between the events are random, so the sample may last a little longer.
        Instant to = from.plus(SampleTraffic.span(settings.events())).plusSeconds(5);
        print(byHand.page(gateway.url(), stack.mongo(), from, to));
        print(byHand.whileRunning(gateway.url(), stack.mongo(), database(stack.mongo())));
        sayDone();
        new CountDownLatch(1).await();
      }
      case STOP -> {
        step("Stopping both processes as an operator would, with SIGTERM");
        gateway.process().terminate();
        say("api-gateway: exit code %d".formatted(gateway.process().awaitExit(STOP_TIMEOUT)));
        worker.process().terminate();
        say("log-worker:  exit code %d".formatted(worker.process().awaitExit(STOP_TIMEOUT)));
        step("Continue by hand:");
        print(byHand.afterwards());
        sayDone();
      }
    }
  }

  // Removes the demo's database from a server that the demo did not start. A temporary server is
  // deleted as a whole.
  private static void close(StoredEvents stored, MongoServer mongo) {
    if (!mongo.temporary()) {
      stored.drop();
    }
    stored.close();
  }

  // The name must be unused on a server that the demo did not start.
  private static String database(MongoServer mongo) {
    return mongo.temporary()
        ? MongoSettings.DEFAULT_DATABASE
        : "wide_events_demo_" + ProcessHandle.current().pid();
  }

  private Progress progress(String label, long total) {
    return new Progress(talk, Progress.onTerminal(), label, total);
  }

  private void step(String what) {
    step++;
    out.printf("%n%d. %s%n", step, what);
    out.flush();
  }

  private void say(String line) {
    out.println("   " + line);
    out.flush();
  }

  private void print(List<String> lines) {
    lines.forEach(this::say);
  }

  private void sayDone() {
    Duration took = Duration.between(settings.begin(), Instant.now());
    out.printf("%nDone in %d s.%n", took.toSeconds());
    out.flush();
  }
}
