package io.wideevents.gateway.spool.command;

import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.ReplayStats;
import io.wideevents.delivery.spool.ReplayTarget;
import io.wideevents.delivery.spool.SpoolReplayer;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.LogSetup;
import io.wideevents.process.NativeCodec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "Delivers all events of the spool to Kafka or MongoDB, and rejected events to the dead-letter"
          + " topic, then ends. SPOOL_REPLAY_RATE does not apply. For a gateway that is retired.",
      "An event leaves the spool after another tier has acknowledged it, so the command can be"
          + " stopped at any time.",
      "Exits with 4 when events are left and no event was acknowledged for --patience seconds, and"
          + " with 1 when files are left that it could not read."
    })
final class DrainCommand implements Callable<Integer> {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(2);

  private final DrainTargets targets;
  private final InstantSource clock;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--patience",
      paramLabel = "<seconds>",
      defaultValue = "60",
      description =
          "How long to continue while no event is acknowledged. Default: ${DEFAULT-VALUE}.")
  private int stallSeconds;

  DrainCommand(DrainTargets targets, InstantSource clock) {
    this.targets = targets;
    this.clock = clock;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    if (stallSeconds < 1) {
      throw new ParameterException(
          command.commandLine(),
          "--patience=" + stallSeconds + " is less than 1 second; use for example 30");
    }
    return SpoolRun.run(
        GatewaySettings.CATALOGUE, command, System.getenv(), settings -> drain(settings, command));
  }

  private int drain(GatewaySettings settings, CommandSpec command) throws InterruptedException {
    LogSetup.start(settings.log());
    NativeCodec.require(NativeCodec.ZSTD);
    try (EventSpool spool = StoppedSpool.open(settings.delivery().spool(), clock);
        ReplayTarget target = targets.open(settings.delivery());
        SpoolReplayer replayer =
            new SpoolReplayer(spool, target.tiers(), target.deadLetters(), Integer.MAX_VALUE)) {
      replayer.start();
      await(spool, replayer, command.commandLine().getErr());
      PrintWriter out = command.commandLine().getOut();
      Path directory = StoppedSpool.directory(settings.delivery().spool());
      return report(directory, spool.stats(), replayer.stats(), out);
    }
  }

  /** Blocks until the last file is deleted, or no event was acknowledged for the given time. */
  private void await(EventSpool spool, SpoolReplayer replayer, PrintWriter err)
      throws InterruptedException {
    ReplayStats last = replayer.stats();
    long progressAt = System.nanoTime();
    long reportedAt = System.nanoTime();
    while (spool.stats().bytes() > 0 && since(progressAt).toSeconds() < stallSeconds) {
      Thread.sleep(POLL_INTERVAL);
      ReplayStats now = replayer.stats();
      if (!now.equals(last)) {
        last = now;
        progressAt = System.nanoTime();
      }
      if (since(reportedAt).compareTo(REPORT_INTERVAL) >= 0) {
        reportedAt = System.nanoTime();
        err.printf(Locale.ROOT, "%,d delivered, %,d left%n", delivered(now), left(spool.stats()));
        err.flush();
      }
    }
  }

  private int report(Path directory, SpoolStats spool, ReplayStats replay, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "Delivered %,d events and dead-lettered %,d; %,d are left%n",
        replay.replayed(),
        replay.deadLettered(),
        left(spool));
    out.flush();
    if (left(spool) > 0) {
      throw new CommandFailedException(
          ExitCode.UNREACHABLE,
          ("%,d pending and %,d rejected events are left: no event was acknowledged in the last %d"
                  + " s; start Kafka or MongoDB (rejected events need Kafka), then drain again")
              .formatted(spool.pendingEvents(), spool.refusedEvents(), stallSeconds));
    }
    Optional<String> damage = spool.damage().summary();
    if (damage.isPresent()) {
      throw new CommandFailedException(
          ExitCode.FAILURE,
          ("%s: not every event could be read; see the log, and look at the files that are left"
                  + " before you delete %s")
              .formatted(damage.get(), directory));
    }
    return ExitCode.OK;
  }

  private static long left(SpoolStats spool) {
    return spool.pendingEvents() + spool.refusedEvents();
  }

  private static long delivered(ReplayStats replay) {
    return replay.replayed() + replay.deadLettered();
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }
}
