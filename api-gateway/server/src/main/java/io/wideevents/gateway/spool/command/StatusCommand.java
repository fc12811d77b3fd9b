package io.wideevents.gateway.spool.command;

import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.process.ExitCode;
import io.wideevents.process.LogSetup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the number of events in the spool, the age of the oldest, and their disk space.",
      "Exits with 3 when the directory has no spool, or when a running gateway has locked it. In"
          + " that case read /health/ready of the gateway."
    })
final class StatusCommand implements Callable<Integer> {
  private final InstantSource clock;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "One JSON object instead of text.")
  private boolean json;

  StatusCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    return SpoolRun.run(
        StoppedSpool.SETTINGS,
        command,
        System.getenv(),
        settings -> show(settings, command.commandLine().getOut()));
  }

  private int show(SpoolSettings settings, PrintWriter out) {
    LogSetup.start(LogLevel.ERROR, LogFormat.TEXT);
    Path directory = StoppedSpool.directory(settings);
    SpoolStats stats;
    try (EventSpool spool = StoppedSpool.open(settings, clock)) {
      stats = spool.stats();
    }
    StatusReport report = new StatusReport(directory, stats, clock.instant());
    out.print(json ? report.json() : report.text());
    out.flush();
    return ExitCode.OK;
  }
}
